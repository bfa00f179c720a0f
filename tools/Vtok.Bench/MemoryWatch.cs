using System.Globalization;

namespace Vtok.Bench;

/// <summary>The most memory that this process has had to itself, looked at every few milliseconds: Linux keeps a peak of the resident memory only.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private const int Milliseconds = 5;

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _anonymous;

    public MemoryWatch()
    {
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Most bytes that are no file's so far.</summary>
    public long Anonymous
    {
        get
        {
            Look();
            return Interlocked.Read(ref _anonymous);
        }
    }

    /// <summary>Most resident bytes of the process's whole life.</summary>
    public static long Resident => Read("VmHWM:");

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Watch()
    {
        while (!_stop.Token.WaitHandle.WaitOne(Milliseconds))
            Look();
    }

    private void Look()
    {
        long now = Read("RssAnon:"), seen;
        while (now > (seen = Interlocked.Read(ref _anonymous)) && Interlocked.CompareExchange(ref _anonymous, now, seen) != seen)
        {
        }
    }

    private static long Read(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
    }
}
