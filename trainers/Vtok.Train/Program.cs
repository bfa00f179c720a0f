using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Vtok.Cli;
using Vtok.Train;

const int userSignalLinux = 10, userSignalMac = 30; // SIGUSR1, which PosixSignal has no name for
using var stop = new CancellationTokenSource();
long asked = 0;
void Stop(PosixSignalContext context)
{
    // The run saves and leaves by itself. Ctrl-C again ends it; not one that comes at once, as launchers pass on what the terminal has told every process.
    context.Cancel = !(stop.IsCancellationRequested && context.Signal == PosixSignal.SIGINT && Stopwatch.GetElapsedTime(asked) > TimeSpan.FromSeconds(1));
    if (!stop.IsCancellationRequested)
        asked = Stopwatch.GetTimestamp();
    stop.Cancel();
}
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration? warned = OperatingSystem.IsWindows()
    ? null
    : PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsMacOS() ? userSignalMac : userSignalLinux), Stop);
bool heard = StandardDescriptor.WasGiven(StandardDescriptor.Errors);
return TrainCommand.Run(args, new TrainConsole
{
    Output = StandardDescriptor.WasGiven(StandardDescriptor.Output) ? Console.Out : TextWriter.Null,
    Errors = heard ? TextWriter.Synchronized(new StreamWriter(new UnheardStream(Console.OpenStandardError())) { AutoFlush = true }) : TextWriter.Null,
    Terminal = heard && !Console.IsErrorRedirected,
    Debug = Environment.GetEnvironmentVariable("VTOK_DEBUG") == "1",
    Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? ""),
    Stop = stop.Token,
});
