using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Vtok.Cli.Commands;

namespace Vtok.Cli;

/// <summary>The command line: parses, runs one verb, and turns every failure into an exit status and one line.</summary>
internal static class CommandLine
{
    private const string Notes = """

        Exit status:
          0  all done                            4  model: missing, damaged, wrong for this file, no libtorch
          1  a fault of vtok itself              5  a target cannot be reached (the best that there is was written)
          2  usage                               6  output: exists without --force, cannot be written, disk full
          3  input refused                     130  interrupted; nothing half-written stays
        With several inputs each is tried; the status is that of the first that failed.

        Environment:
          VTOK_MODELS    folders whose subfolders are models (searched before the ones that ship)
          VTOK_LIBTORCH  folder of another libtorch, such as one with CUDA
          VTOK_DEBUG     1 shows stack traces and what the native libraries print

        Examples:
          vtok encode photo.jpg                      writes photo.vtok
          vtok encode *.jpg -o tokens --tokens 64    a folder of small files
          vtok decode photo.vtok -o back.png         decodes to the size of the original
          vtok trim photo.vtok --tokens 32 -o s.vtok drops detail, without the networks
        """;

    /// <summary>Version of the program.</summary>
    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Runs one command line.</summary>
    /// <param name="args">Arguments without the program's name.</param>
    /// <param name="console">The outside world.</param>
    /// <returns>The exit status.</returns>
    public static int Run(IReadOnlyList<string> args, CliConsole console)
    {
        try
        {
            ParseResult parsed = Create(console).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (args.Contains("") || parsed.Tokens.Any(token => token.Value.Length == 0))
                throw new UsageException("an argument is empty (a shell variable that is not set?)");
            if (parsed.Errors.Count > 0)
                throw new UsageException($"{Explain(parsed)} (vtok {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help shows what there is)");
            using var text = new StringWriter { NewLine = "\n" };
            int exitCode = parsed.Invoke(new InvocationConfiguration { Output = text, Error = text, EnableDefaultExceptionHandler = false });
            if (text.ToString() is { Length: > 0 } help)
                console.WriteLine(parsed.CommandResult.Command is RootCommand && parsed.Action is HelpAction ? help.TrimEnd() + "\n" + Notes : help.TrimEnd());
            return exitCode;
        }
        catch (Exception e)
        {
            return console.Report(e);
        }
    }

    private static RootCommand Create(CliConsole console)
    {
        var root = new RootCommand("Turns pictures into discrete tokens and back.")
        {
            EncodeCommand.Create(console),
            DecodeCommand.Create(console),
            InfoCommand.Create(console),
            VerifyCommand.Create(console),
            TrimCommand.Create(console),
            ModelsCommand.Create(console),
            DoctorCommand.Create(console),
            DemoCommand.Create(console),
            EvalCommand.Create(console),
            FeaturesCommand.Create(console),
        };
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        return root;
    }

    private static string Explain(ParseResult parsed) =>
        parsed.UnmatchedTokens is [{ } unknown, ..] ? $"{unknown}: no such verb or option"
        : parsed.CommandResult.Command is RootCommand ? "a verb is missing"
        : parsed.Errors[0].Message.StartsWith("Required argument missing for command", StringComparison.Ordinal) ? $"{parsed.CommandResult.Command.Name}: the input is missing"
        : parsed.Errors[0].Message.TrimEnd('.');

    private sealed class PrintVersion : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"vtok {Version}");
            return ExitCodes.Done;
        }
    }
}
