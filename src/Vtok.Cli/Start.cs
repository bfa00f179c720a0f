using System.Runtime.InteropServices;
using Vtok.Codec;

namespace Vtok.Cli;

/// <summary>Joins the command line to the process: standard streams, environment, Ctrl-C.</summary>
internal static class Start
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static int Run(string[] args, Stream errors, bool interactive)
    {
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            bool again = cancellation.IsCancellationRequested;
            cancellation.Cancel();
            _ = Task.Delay(again ? TimeSpan.Zero : Patience).ContinueWith(_ => Leave(), TaskScheduler.Default);
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using Stream input = Console.OpenStandardInput(), output = StandardOutput.Open();
        return CommandLine.Run(args, new CliConsole
        {
            Input = input,
            Output = output,
            Errors = errors,
            Interactive = interactive,
            Environment = Environment.GetEnvironmentVariable,
            Cancellation = cancellation.Token,
        });
    }

    // A native call that does not look at the token (a long decode, a blocked read) must not keep Ctrl-C waiting.
    private static void Leave()
    {
        try
        {
            OutputFile.Abandon();
        }
        finally
        {
            Environment.Exit(ExitCodes.Interrupted);
        }
    }
}
