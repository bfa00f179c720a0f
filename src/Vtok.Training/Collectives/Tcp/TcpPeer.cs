using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Vtok.Training.Collectives.Tcp;

/// <summary>The connection to one other process: frames out at once, frames in by a thread of its own, which also notices that the other is gone.</summary>
internal sealed class TcpPeer : IDisposable
{
    private const int Header = 17;
    private const int Small = 1024; // header and payload go in one packet up to here
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Action<TcpPeer, CollectiveException> _failed;
    private readonly BlockingCollection<TcpFrame> _frames = [];
    private readonly Lock _sending = new();
    private readonly Thread _reader;
    private volatile bool _closing;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="rank">The other process.</param>
    /// <param name="socket">The connection.</param>
    /// <param name="silence">Nothing heard for so long means that it is gone.</param>
    /// <param name="failed">Told from any thread that it is gone or has aborted.</param>
    public TcpPeer(int rank, Socket socket, TimeSpan silence, Action<TcpPeer, CollectiveException> failed)
    {
        (Rank, _socket, _failed) = (rank, socket, failed);
        socket.NoDelay = true;
        socket.ReceiveTimeout = socket.SendTimeout = (int)Math.Min(int.MaxValue, silence.TotalMilliseconds);
        _reader = new Thread(Read) { IsBackground = true, Name = $"rank {rank}" };
    }

    /// <summary>The other process.</summary>
    public int Rank { get; }

    /// <summary>Whether a frame lies ready.</summary>
    public bool HasCome => _frames.Count > 0;

    /// <summary>Whether it has left in order and nothing more will come.</summary>
    public bool HasLeft => _frames.IsCompleted;

    /// <summary>Which ranks the other said it was waiting for; null when it has not.</summary>
    public string? WaitsFor { get; private set; }

    /// <summary>Begins to read.</summary>
    public void Start() => _reader.Start();

    /// <summary>The next frame of an operation.</summary>
    public bool TryTake(out TcpFrame? frame, TimeSpan wait)
    {
        bool taken = _frames.TryTake(out frame, wait);
        if (taken)
            WaitsFor = null;
        return taken;
    }

    /// <summary>Sends a frame. Where the other is gone the reading thread says so, after what the other had still to say.</summary>
    public void Send(FrameKind kind, long sequence, ReadOnlySpan<byte> payload)
    {
        Span<byte> start = stackalloc byte[Header + (payload.Length <= Small ? payload.Length : 0)];
        start[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(start[1..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(start[9..], payload.Length);
        if (payload.Length <= Small)
            payload.CopyTo(start[Header..]);
        try
        {
            lock (_sending)
            {
                SendAll(start);
                if (payload.Length > Small)
                    SendAll(payload);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            Lose(e); // half a frame is on its way: nothing can follow it
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the reading thread finds the same
        }
    }

    /// <summary>A sign of life, unless something is on its way, which is one as well.</summary>
    public void Beat()
    {
        if (!_sending.TryEnter())
            return;
        try
        {
            Send(FrameKind.Beat, 0, []);
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>Sends a text.</summary>
    public void Send(FrameKind kind, string text) => Send(kind, 0, Encoding.UTF8.GetBytes(text));

    /// <summary>Says that this process leaves in order; what the other still sends is read and dropped.</summary>
    public void Leave()
    {
        _closing = true;
        Send(FrameKind.Bye, 0, []);
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // it is gone already
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        // To close over unread bytes would destroy what the other has not read yet.
        _reader.Join(Farewell);
        _socket.Dispose();
        _reader.Join();
        while (_frames.TryTake(out TcpFrame? frame))
            frame.Dispose();
        _frames.Dispose();
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    private void Read()
    {
        Span<byte> header = stackalloc byte[Header];
        try
        {
            while (true)
            {
                ReceiveAll(header);
                var kind = (FrameKind)header[0];
                long length = BinaryPrimitives.ReadInt64LittleEndian(header[9..]);
                if (kind is < FrameKind.Beat or > FrameKind.Barrier || length is < 0 or > TcpFrame.Longest)
                    throw new InvalidDataException("what came is no frame");
                byte[] buffer = length == 0 ? [] : ArrayPool<byte>.Shared.Rent((int)length);
                var frame = new TcpFrame(kind, BinaryPrimitives.ReadInt64LittleEndian(header[1..]), buffer, (int)length);
                ReceiveAll(buffer.AsSpan(0, (int)length));
                if (!Handle(frame))
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidDataException)
        {
            Lose(e);
        }
        finally
        {
            _frames.CompleteAdding();
        }
    }

    // False after the last frame.
    private bool Handle(TcpFrame frame)
    {
        if (frame.Kind >= FrameKind.Sum)
        {
            _frames.Add(frame);
            return true;
        }
        using (frame)
            switch (frame.Kind)
            {
                case FrameKind.Waiting:
                    WaitsFor = Encoding.UTF8.GetString(frame.Payload);
                    break;
                case FrameKind.Abort:
                    _failed(this, new CollectiveException(CollectiveError.Aborted, Encoding.UTF8.GetString(frame.Payload)));
                    break;
                default:
                    break;
            }
        return frame.Kind != FrameKind.Bye;
    }

    private void ReceiveAll(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = _socket.Receive(bytes);
            bytes = count > 0 ? bytes[count..] : throw new InvalidDataException("its connection closed");
        }
    }

    private void Lose(Exception e)
    {
        if (_closing)
            return;
        string how = e is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } ? "nothing was heard of it for too long" : e.Message;
        _failed(this, new CollectiveException(CollectiveError.Lost, $"rank {Rank} is gone: {how}", e));
    }
}
