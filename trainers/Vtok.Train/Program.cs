using System.Collections;
using System.Runtime.InteropServices;
using Vtok.Cli;
using Vtok.Train;

const int userSignalLinux = 10, userSignalMac = 30; // SIGUSR1, which PosixSignal has no name for
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true; // the run saves and leaves by itself
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
    Errors = heard ? Console.Error : TextWriter.Null,
    Terminal = heard && !Console.IsErrorRedirected,
    Debug = Environment.GetEnvironmentVariable("VTOK_DEBUG") == "1",
    Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? ""),
    Stop = stop.Token,
});
