using System.CommandLine;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>The command line of vtok-train: parsing and printing, nothing else.</summary>
internal static class TrainCommand
{
    /// <summary>Runs one command line and turns every failure into an exit status and a message.</summary>
    public static int Run(IReadOnlyList<string> args, TrainConsole console)
    {
        try
        {
            ParseResult parsed = Create(console).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
                throw new RefusalException(ExitCodes.Usage, $"{parsed.Errors[0].Message.TrimEnd('.')} (vtok-train --help shows what there is)");
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = console.Output, Error = console.Errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
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

    private static RootCommand Create(TrainConsole console)
    {
        var recipe = new Argument<string>("recipe") { Description = "Recipe file (JSON); see trainers/recipes." };
        recipe.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] unknown }])
                result.AddError($"unknown option {unknown}");
        });
        var data = new Option<string?>("--data") { Description = "Pictures to train on: a folder, a .zip, WebDataset shards (.tar) or Parquet tables (file, pattern or folder)." };
        var validation = new Option<string?>("--validation") { Description = "Held-out pictures to measure on, in any of these forms." };
        var output = new Option<string?>("--out", "-o") { Description = "Run folder. Default: runs/NAME of the recipe. A run that is there goes on." };
        var initFrom = new Option<string?>("--init-from") { Description = "Checkpoint, run or model folder, or best.safetensors whose weights a new run begins with." };
        var set = new Option<string[]>("--set") { Description = "Replaces a value of the recipe: optimizer.lr=3e-4. May be repeated." };
        var maxSeconds = new Option<double?>("--max-seconds") { Description = "Save and leave after this many seconds." };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var threads = new Option<int?>("--threads") { Description = "Threads for tensor operations. Default: all cores." };
        var transport = new Option<string>("--transport") { Description = "Between several processes: auto, none, tcp, mpi or nccl.", DefaultValueFactory = _ => "auto" };
        transport.AcceptOnlyFromAmong("auto", "none", "tcp", "mpi", "nccl");
        var patience = new Option<double>("--patience") { Description = "Seconds that a process waits for another one before the run ends.", DefaultValueFactory = _ => 1800 };
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
            NativeTorch.Load(place.World == 1 ? ThreadWait.SpinBriefly : ThreadWait.Sleep); // several processes may share this machine's cores
            return TrainRunner.Run(arguments, console);
        });
        command.Subcommands.Add(Plot());
        command.Subcommands.Add(Export(console));
        return command;
    }

    private static Command Plot()
    {
        var runs = new Argument<string[]>("runs") { Description = "Run folders.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out", "-o") { Description = "PNG or SVG file, by its name.", DefaultValueFactory = _ => "curves.png" };
        var names = new Option<string[]>("--value") { Description = "Values to draw by the start of their name, such as gain. May be repeated." };
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
        var run = new Argument<string>("run") { Description = "Run folder; the run may be going on." };
        var output = new Option<string?>("--out", "-o") { Description = "Model folder to write. Default: RUN/model." };
        var command = new Command("export", "Writes the model folder of the best weights so far.") { run, output };
        command.SetAction(int (ParseResult parsed) =>
        {
            string folder = parsed.GetValue(run)!, model = parsed.GetValue(output) ?? Path.Combine(folder, "model");
            Recipe recipe = Recipe.Load(Path.Combine(folder, "recipe.json"));
            NativeTorch.Load();
            recipe.Kind.Export(recipe, Path.Combine(folder, "best.safetensors"), model);
            console.Output.WriteLine(model);
            return ExitCodes.Done;
        });
        return command;
    }
}
