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
        using Stream input = StandardDescriptor.WasGiven(StandardDescriptor.Input) ? Console.OpenStandardInput() : Stream.Null, output = StandardOutput.Open();
        var console = new CliConsole
        {
            Input = input,
            Output = output,
            Errors = errors,
            Interactive = interactive,
            Environment = Environment.GetEnvironmentVariable,
            Cancellation = cancellation.Token,
        };
        return HasFolder() ? CommandLine.Run(args, console) : console.Report(new InputException("the folder that this shell is in was deleted (go to another one)"));
    }

    // Without one libtorch ends the process as it loads.
    private static bool HasFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory().Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
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
