using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>Runs one operation of one network in a process of its own, so that its peak of memory and its kernels are its alone.</summary>
internal static class NetworkWorker
{
    /// <summary>First argument of such a process.</summary>
    public const string Verb = "--network-worker";

    private const string Begin = "vtok-bench begin";
    private const string End = "vtok-bench end";

    [DllImport("libc")]
    private static extern int fflush(nint stream);

    /// <summary>The worker's main: folder, operation, batch, seconds, threads.</summary>
    public static int Run(string[] arguments)
    {
        NativeTorch.Load();
        Measure(arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture),
            double.Parse(arguments[3], CultureInfo.InvariantCulture), int.Parse(arguments[4], CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Starts a worker and reads what it measured.</summary>
    /// <exception cref="InvalidOperationException">The worker failed; the message has its first line.</exception>
    public static NetworkResult Start(string folder, string operation, int batch, BenchOptions options)
    {
        (double fastest, _, double peak, _) = Start(folder, operation, batch, options, new Dictionary<string, string>());
        // Logging every kernel costs time, so the shares are those of a second run, over that run's own time.
        (_, double total, _, KernelLog log) = Start(folder, operation, batch, options, KernelLog.Switches);
        bool isLogged = log.Matrix + log.Convolution > 0;
        return new NetworkResult(fastest, peak, isLogged ? log.Matrix / total : null, isLogged ? log.Convolution / total : null);
    }

    private static void Measure(string folder, string operation, int batch, double seconds, int threads)
    {
        set_num_threads(threads);
        using NetworkSubject subject = NetworkSubject.Open(folder);
        Action action = subject.Prepare(operation, batch);
        action();
        Mark(Begin);
        long start = Stopwatch.GetTimestamp();
        double fastest = Timing.FastestWarm(seconds, action);
        double total = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Mark(string.Create(CultureInfo.InvariantCulture, $"{End} {fastest:R} {total:R} {self.PeakWorkingSet64 / 1e6:F0}"));
    }

    /// <summary>Prints a line in order with what the native libraries print through C's own buffer.</summary>
    private static void Mark(string line)
    {
        if (!OperatingSystem.IsWindows())
            _ = fflush(0);
        Console.WriteLine(line);
        Console.Out.Flush();
    }

    private static (double Fastest, double Total, double Peak, KernelLog Log) Start(
        string folder, string operation, int batch, BenchOptions options, IReadOnlyDictionary<string, string> environment)
    {
        string[] arguments = [Verb, folder, operation, batch.ToString(CultureInfo.InvariantCulture),
            options.Seconds.ToString("R", CultureInfo.InvariantCulture), options.Threads.ToString(CultureInfo.InvariantCulture)];
        KernelLog log = new();
        bool isMeasuring = false;
        string[]? result = null;
        (_, string error) = WorkerProcess.Run(arguments, line =>
        {
            if (line == Begin)
                isMeasuring = true;
            else if (line.StartsWith(End, StringComparison.Ordinal))
                (isMeasuring, result) = (false, line[(End.Length + 1)..].Split(' '));
            else if (isMeasuring)
                log.Add(line);
        }, environment);
        if (result is null)
            throw new InvalidOperationException($"{folder} {operation}, batch {batch}: {error}");
        double[] numbers = [.. result.Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1], numbers[2], log);
    }
}
