using System.Runtime.InteropServices;

namespace Vtok.Cli;

/// <summary>Standard output of a Unix process. The console stream of .NET keeps quiet about a reader that went away; this one tells.</summary>
internal sealed class StandardOutput : Stream
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern unsafe nint WriteSome(int descriptor, byte* bytes, nint count);

    private readonly bool _given = StandardDescriptor.WasGiven(StandardDescriptor.Output);

    /// <summary>The stream for this system.</summary>
    public static Stream Open() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardOutput();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_given)
            throw new IOException("closed");
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
                written = WriteSome(StandardDescriptor.Output, bytes, buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error == TryAgain)
                Thread.Sleep(1); // someone made the pipe non-blocking
            else if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
