using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>The command line of vtok-train: parsing and printing, nothing else.</summary>
internal static class TrainCommand
{
    private const string UnknownOption = "unknown option";
    private static readonly string[] Transports = ["auto", "none", "tcp", "mpi", "nccl"];

    private const string Notes = """

        Exit status:
          0  all steps done, or the time over    5  training cannot go on: a loss is no number, a codebook
          1  a fault of vtok-train itself           collapsed, the memory is full
          2  usage, or faults of the recipe      6  output: cannot be written, disk full
          3  recipe, data or device refused      7  another process of the run is gone or out of step
          4  model: missing, damaged, of         130  interrupted; saved, the same command goes on
             another model; no libtorch,
             MPI or NCCL

        Environment:
          VTOK_LIBTORCH  folder of another libtorch, such as one with CUDA
          VTOK_DEBUG     1 shows stack traces
          GOMP_SPINCOUNT, OMP_WAIT_POLICY  how long threads look for work before they sleep: docs/training.md
          Launchers (torchrun, mpirun, Slurm, Kubernetes) set what a process of several needs: docs/training.md

        Examples:
          vtok-train trainers/recipes/llamagen/own-photographs.json --data ~/Pictures --out runs/grid
          vtok-train plot runs/grid -o curves.svg
          vtok encode --model runs/grid/model photo.jpg
        """;

    /// <summary>Runs one command line and turns every failure into an exit status and a message.</summary>
    public static int Run(IReadOnlyList<string> args, TrainConsole console)
    {
        try
        {
            ParseResult parsed = Create(console, args.Count > 0 ? args[0] : null).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (args.Contains("") || parsed.Tokens.Any(token => token.Value.Length == 0))
                throw new RefusalException(ExitCodes.Usage, "an argument is empty (a shell variable that is not set?)");
            if (parsed.Errors.Count > 0)
                throw new RefusalException(ExitCodes.Usage, $"{Explain(parsed)} (vtok-train --help shows what there is)");
            int exitCode = parsed.Invoke(new InvocationConfiguration
            {
                Output = console.Output, Error = console.Errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
            if (parsed is { CommandResult.Command: RootCommand, Action: HelpAction })
                console.Output.WriteLine(Notes);
            return exitCode;
        }
#pragma warning disable CA1031 // The border of the program: whatever it is, it becomes a status and a message.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Refusal refusal = Refusal.Of(e);
            console.Say($"vtok-train: {refusal.Message}");
            if (console.Debug)
                console.Errors.WriteLine(e);
            return refusal.ExitCode;
        }
    }

    private static RootCommand Create(TrainConsole console, string? first)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "Recipe file (JSON); see trainers/recipes." };
        recipe.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] unknown }])
                result.AddError($"{UnknownOption} {unknown}");
        });
        var data = new Option<string?>("--data") { HelpName = "IN", Description = "Pictures to train on: a folder, a .zip, WebDataset shards (.tar) or Parquet tables (file, pattern or folder)." };
        var validation = new Option<string?>("--validation") { HelpName = "IN", Description = "Held-out pictures to measure on, in any of these forms." };
        var output = new Option<string?>("--out", "-o") { HelpName = "RUN", Description = "Run folder. Default: runs/NAME of the recipe. A run that is there goes on." };
        var initFrom = new Option<string?>("--init-from") { HelpName = "SOURCE", Description = "Checkpoint, run or model folder, or best.safetensors whose weights a new run begins with." };
        var set = new Option<string[]>("--set") { HelpName = "PATH=VALUE", Description = "Replaces a value of the recipe: optimizer.lr=3e-4. May be repeated." };
        var maxSeconds = new Option<double?>("--max-seconds") { HelpName = "SECONDS", Description = "Save and leave after this many seconds." };
        var device = new Option<string>("--device") { HelpName = "DEVICE", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var threads = new Option<int?>("--threads") { HelpName = "N", Description = "Threads for tensor operations. Default, and at most: all cores." };
        var transport = new Option<string>("--transport") { HelpName = string.Join('|', Transports), Description = "Between several processes.", DefaultValueFactory = _ => "auto" };
        transport.Validators.Add(result =>
        {
            string name = result.GetValueOrDefault<string>() ?? "";
            if (!Transports.Contains(name))
                result.AddError($"--transport {name}: expected {string.Join(", ", Transports)}");
        });
        var patience = new Option<double>("--patience") { HelpName = "SECONDS", Description = "Seconds that a process waits for another one before the run ends.", DefaultValueFactory = _ => 1800 };
        var dry = new Option<bool>("--dry-run") { Description = "Check the recipe, print it and leave." };
        var command = new RootCommand("Trains a tokenizer by a recipe.") { recipe, data, validation, output, initFrom, set, maxSeconds, device, threads, transport, patience, dry };
        command.SetAction(int (ParseResult parsed) =>
        {
            Recipe read = Recipe.Load(parsed.GetValue(recipe)!, parsed.GetValue(set));
            Transport carrier = Enum.Parse<Transport>(parsed.GetValue(transport)!, ignoreCase: true);
            LaunchEnvironment place = carrier == Transport.None ? LaunchEnvironment.Alone : LaunchEnvironment.Read(console.Variables);
            if (place.Rank == 0)
                console.Errors.WriteLine(read.Json);
            if (parsed.GetValue(dry))
                return ExitCodes.Done;
            var arguments = new TrainArguments(read, parsed.GetValue(data), parsed.GetValue(validation), parsed.GetValue(output),
                parsed.GetValue(initFrom), parsed.GetValue(maxSeconds), parsed.GetValue(device)!, parsed.GetValue(threads))
            {
                Place = place,
                Transport = carrier,
                Patience = parsed.GetValue(patience),
            };
            arguments.Validate();
            RefuseDeletedFolder();
            NativeTorch.Load(place.World == 1 ? ThreadWait.SpinBriefly : ThreadWait.Sleep); // several processes may share this machine's cores
            return TrainRunner.Run(arguments, console);
        });
        command.Subcommands.Add(Plot());
        command.Subcommands.Add(Export(console));
        recipe.Hidden = command.Subcommands.Any(verb => verb.Name == first); // plot and export take none, whatever their help would say
        command.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        return command;
    }

    private static string Explain(ParseResult parsed)
    {
        // Told first: a word that is no option here has been taken for the recipe, and the recipe for a second one.
        ParseError error = parsed.Errors.FirstOrDefault(e => e.Message.StartsWith(UnknownOption, StringComparison.Ordinal)) ?? parsed.Errors[0];
        if (error.Message.StartsWith("Required argument missing for command", StringComparison.Ordinal))
            return parsed.CommandResult.Command is RootCommand ? "a recipe is missing" : $"{parsed.CommandResult.Command.Name}: a run folder is missing";
        return error.Message.StartsWith("Cannot parse argument", StringComparison.Ordinal) && error.SymbolResult is OptionResult { Option: var option, Tokens: [{ Value: var value }] }
            ? $"{option.Name} {value}: expected a {(option.ValueType == typeof(int?) ? "whole " : "")}number"
            : error.Message.TrimEnd('.');
    }

    // In one that was deleted libtorch ends the process as it loads.
    private static void RefuseDeletedFolder()
    {
        try
        {
            Directory.GetCurrentDirectory();
        }
        catch (IOException)
        {
            throw new RefusalException(ExitCodes.Input, "the folder that this shell is in was deleted (go to another one)");
        }
    }

    private static Command Plot()
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run folders.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out", "-o") { HelpName = "OUT", Description = "PNG or SVG file, by its name.", DefaultValueFactory = _ => "curves.png" };
        var names = new Option<string[]>("--value") { HelpName = "NAME", Description = "Values to draw by the start of their name, such as gain. May be repeated." };
        var command = new Command("plot", "Draws loss, codebook and validation curves of one or more runs.") { runs, output, names };
        command.SetAction(int (ParseResult parsed) =>
        {
            RunCurves.Draw(parsed.GetValue(runs)!, parsed.GetValue(output)!, parsed.GetValue(names)!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Export(TrainConsole console)
    {
        var run = new Argument<string>("RUN") { Description = "Run folder; the run may be going on." };
        var output = new Option<string?>("--out", "-o") { HelpName = "MODEL", Description = "Model folder to write. Default: RUN/model." };
        var command = new Command("export", "Writes the model folder of the best weights so far.") { run, output };
        command.SetAction(int (ParseResult parsed) =>
        {
            string folder = parsed.GetValue(run)!, model = parsed.GetValue(output) ?? Path.Combine(folder, "model");
            string saved = Path.Combine(folder, "recipe.json");
            if (!File.Exists(saved))
                throw new RefusalException(ExitCodes.Input, $"{folder}: no run folder, it has no recipe.json");
            Recipe recipe = Recipe.Load(saved);
            string best = Path.Combine(folder, "best.safetensors");
            if (!File.Exists(best))
                throw new RefusalException(ExitCodes.Input, $"{best}: is not there; a validation writes it (--validation, every.validate)");
            RefuseDeletedFolder();
            NativeTorch.Load();
            recipe.Kind.Export(recipe, best, model);
            console.Output.WriteLine(model);
            return ExitCodes.Done;
        });
        return command;
    }

    private sealed class PrintVersion : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true; // of the recipe that is not there

        public override int Invoke(ParseResult parseResult)
        {
            string? version = typeof(TrainCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
            parseResult.InvocationConfiguration.Output.WriteLine($"vtok-train {version ?? "0"}");
            return ExitCodes.Done;
        }
    }
}
