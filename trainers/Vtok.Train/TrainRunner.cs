using TorchSharp;
using Vtok.Training.Runs;

namespace Vtok.Train;

/// <summary>Runs a recipe and shows how it goes. The first class that touches libtorch.</summary>
internal static class TrainRunner
{
    public static int Run(TrainArguments arguments, TrainConsole console)
    {
        if (arguments.Threads is { } threads)
            torch.set_num_threads(threads);
        string folder = arguments.Output ?? Path.Combine("runs", arguments.Recipe.Name);
        Directory.CreateDirectory(folder);
        using FileStream claim = Claim(folder);
        File.WriteAllText(Path.Combine(folder, "recipe.json"), arguments.Recipe.Json + "\n");

        var run = new TrainingRun
        {
            Recipe = arguments.Recipe,
            Data = arguments.Data,
            Validation = arguments.Validation,
            Folder = folder,
            InitFrom = arguments.InitFrom,
            Device = Pick(arguments.Device),
            MaxSeconds = arguments.MaxSeconds,
            Stop = console.Stop,
            Progress = console.Terminal ? progress => Show(progress, console) : null,
            Say = console.Say,
        };
        TrainingOutcome outcome = arguments.Recipe.Kind.Run(run);
        run.Say(outcome.Message);
        return outcome.End switch
        {
            TrainingEnd.Diverged => ExitCodes.Stopped,
            TrainingEnd.Interrupted => ExitCodes.Interrupted,
            _ => ExitCodes.Done,
        };
    }

    private static FileStream Claim(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw new RefusalException(ExitCodes.Input, $"{folder}: another vtok-train is at work in this run folder; give another --out");
        }
    }

    private static torch.Device Pick(string name)
    {
        if (name != "cpu" && !torch.cuda.is_available())
            throw new RefusalException(ExitCodes.Input, $"--device {name}: this libtorch sees no CUDA device; use --device cpu, or see \"vtok doctor\"");
        return torch.device(name);
    }

    private static void Show(TrainingProgress p, TrainConsole console)
    {
        TimeSpan left = TimeSpan.FromSeconds(double.IsFinite(p.SecondsLeft) ? p.SecondsLeft : 0);
        console.Errors.Write($"\r\e[Kstep {p.Step}/{p.Steps}  loss {p.Terms["loss"]:F4}  {p.PicturesPerSecond:F1} images/s  "
            + $"waiting {p.WaitShare:P0}  left {left:h\\:mm\\:ss}");
    }
}
