using System.CommandLine;
using Vtok.Data;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>The command line of vtok-train: parsing and printing, nothing else.</summary>
internal static class TrainCommand
{
    private const int Usage = 2, InputRefused = 3, ModelRefused = 4, OutputFailed = 6;

    public static RootCommand Create(CancellationToken stop)
    {
        var recipe = new Argument<string>("recipe") { Description = "Recipe file (JSON); see trainers/recipes." };
        var data = new Option<string?>("--data") { Description = "Folder of pictures or of WebDataset shards (.tar) to train on." };
        var validation = new Option<string?>("--validation") { Description = "Folder of held-out pictures to measure on." };
        var output = new Option<string?>("--out", "-o") { Description = "Run folder. Default: runs/NAME of the recipe. A run that is there goes on." };
        var set = new Option<string[]>("--set") { Description = "Replaces a value of the recipe: optimizer.lr=3e-4. May be repeated." };
        var maxSeconds = new Option<double?>("--max-seconds") { Description = "Save and leave after this many seconds." };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var threads = new Option<int?>("--threads") { Description = "Threads for tensor operations. Default: all cores." };
        var dry = new Option<bool>("--dry-run") { Description = "Check the recipe, print it and leave." };
        var command = new RootCommand("Trains a tokenizer by a recipe.") { recipe, data, validation, output, set, maxSeconds, device, threads, dry };
        command.SetAction(int (ParseResult parsed) => Guard(() =>
        {
            Recipe read = Recipe.Load(parsed.GetValue(recipe)!, parsed.GetValue(set));
            Console.Error.WriteLine(read.Json);
            if (parsed.GetValue(dry))
                return 0;
            NativeTorch.Load();
            return TrainRunner.Run(new TrainArguments(read, parsed.GetValue(data), parsed.GetValue(validation), parsed.GetValue(output),
                parsed.GetValue(maxSeconds), parsed.GetValue(device)!, parsed.GetValue(threads)), stop);
        }));
        command.Subcommands.Add(Plot());
        command.Subcommands.Add(Export());
        return command;
    }

    private static Command Plot()
    {
        var runs = new Argument<string[]>("runs") { Description = "Run folders.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out", "-o") { Description = "PNG file.", DefaultValueFactory = _ => "curves.png" };
        var names = new Option<string[]>("--value") { Description = "Values to draw by the start of their name, such as gain. May be repeated." };
        var command = new Command("plot", "Draws loss and validation curves of one or more runs.") { runs, output, names };
        command.SetAction(int (ParseResult parsed) => Guard(() =>
        {
            RunCurves.Draw(parsed.GetValue(runs)!, parsed.GetValue(output)!, parsed.GetValue(names)!);
            return 0;
        }));
        return command;
    }

    private static Command Export()
    {
        var run = new Argument<string>("run") { Description = "Run folder; the run may be going on." };
        var output = new Option<string?>("--out", "-o") { Description = "Model folder to write. Default: RUN/model." };
        var command = new Command("export", "Writes the model folder of the best weights so far.") { run, output };
        command.SetAction(int (ParseResult parsed) => Guard(() =>
        {
            string folder = parsed.GetValue(run)!, model = parsed.GetValue(output) ?? Path.Combine(folder, "model");
            Recipe recipe = Recipe.Load(Path.Combine(folder, "recipe.json"));
            NativeTorch.Load();
            recipe.Kind.Export(recipe, Path.Combine(folder, "best.safetensors"), model);
            Console.WriteLine(model);
            return 0;
        }));
        return command;
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (RecipeException e)
        {
            return Say(e.Error == RecipeError.Unavailable ? InputRefused : Usage, e.Message);
        }
        catch (DatasetException e)
        {
            return Say(InputRefused, e.Message);
        }
        catch (CheckpointException e)
        {
            return Say(ModelRefused, e.Message);
        }
        catch (DllNotFoundException e)
        {
            return Say(ModelRefused, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Say(OutputFailed, e.Message);
        }
    }

    private static int Say(int code, string message)
    {
        Console.Error.WriteLine($"vtok-train: {message}");
        return code;
    }
}
