using System.Buffers;

namespace Vtok.Training.Collectives.Tcp;

/// <summary>What a frame is for. A header is kind (1 byte), sequence (8) and length (8), little endian; the payload follows.</summary>
internal enum FrameKind : byte
{
    /// <summary>Sign of life; no payload.</summary>
    Beat = 1,

    /// <summary>Which ranks process 0 waits for: text.</summary>
    Waiting,

    /// <summary>The run cannot go on: text.</summary>
    Abort,

    /// <summary>The sender leaves in order; the last frame of a connection.</summary>
    Bye,

    /// <summary>Values to add up, or their sum.</summary>
    Sum,

    /// <summary>Values of process 0.</summary>
    Broadcast,

    /// <summary>Rows of one process, or of all.</summary>
    Gather,

    /// <summary>Nothing but having come.</summary>
    Barrier,
}

/// <summary>A frame of an operation; its buffer is lent by the pool.</summary>
internal sealed record TcpFrame(FrameKind Kind, long Sequence, byte[] Buffer, int Length) : IDisposable
{
    /// <summary>No frame is longer.</summary>
    public const int Longest = 1 << 30;

    public ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);

    public void Dispose()
    {
        if (Buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(Buffer);
    }
}
