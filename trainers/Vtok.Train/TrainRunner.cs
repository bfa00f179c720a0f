using System.Globalization;
using TorchSharp;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Train;

/// <summary>Runs a recipe and shows how it goes. The first class that touches libtorch.</summary>
internal static class TrainRunner
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public static int Run(TrainArguments arguments, TrainConsole console)
    {
        if (arguments.Threads is { } threads)
            torch.set_num_threads(Math.Min(threads, Environment.ProcessorCount)); // hundreds on a few cores wait for each other for minutes
        torch.Device device = Pick(arguments.Device, arguments.Place);
        using ICollective collective = Processes.Open(arguments.Place, arguments.Transport, device, new CollectiveOptions
        {
            Patience = TimeSpan.FromSeconds(arguments.Patience),
            Stop = console.Stop,
            Say = console.Say,
            Failed = failure => End(failure, console),
        });
        try
        {
            return Run(arguments, console, device, collective);
        }
        catch (Exception e)
        {
            collective.Abort(e is CollectiveException ? e.Message : $"rank {collective.Rank} ended: {Refusal.Of(e).Message}");
            throw;
        }
    }

    private static int Run(TrainArguments arguments, TrainConsole console, torch.Device device, ICollective collective)
    {
        bool leads = collective.Rank == 0; // the others write nothing
        string folder = arguments.Output ?? Path.Combine("runs", FolderName(arguments.Recipe.Name));
        RefuseInside(arguments.Data, folder);
        RefuseInside(arguments.Validation, folder);
        Make(folder);
        using FileStream? claim = leads ? Claim(folder) : null;
        using CancellationTokenRegistration told = console.Stop.Register(() => console.Say("asked to stop: leaves at the next step (Ctrl-C again leaves at once, without saving)"));

        Set(arguments.Recipe.Precision, device, console);
        var run = new TrainingRun
        {
            Recipe = arguments.Recipe,
            Data = arguments.Data,
            Validation = arguments.Validation,
            Folder = folder,
            InitFrom = arguments.InitFrom,
            Collective = collective,
            Device = device,
            MaxSeconds = arguments.MaxSeconds,
            Stop = console.Stop,
            Progress = leads ? new ProgressLine(console).Show : null,
            Say = leads ? console.Say : line => console.Say($"rank {collective.Rank}: {line}"),
        };
        TrainingOutcome outcome = arguments.Recipe.Kind.Run(run);
        if (leads)
            console.Say(outcome.Message);
        return outcome.End switch
        {
            TrainingEnd.Diverged => ExitCodes.Stopped,
            TrainingEnd.Interrupted => ExitCodes.Interrupted,
            _ => ExitCodes.Done,
        };
    }

    // A name that leads elsewhere ("../mine") is good for people, not for a folder that nobody asked for.
    private static string FolderName(string name) => Path.GetFileName(name) == name && name is not ("." or "..")
        ? name
        : throw new RefusalException(ExitCodes.Usage, $"the recipe's name \"{name}\" cannot name its run folder; say --out");

    // The training thread learns of it at its next exchange with the others; when it is busy for long, or hangs in a GPU's library, it is not waited for.
    private static void End(CollectiveException failure, TrainConsole console) => new Thread(() =>
    {
        Thread.Sleep(Grace);
        console.Say($"vtok-train: {failure.Message}");
        Environment.Exit(ExitCodes.Processes);
    })
    { IsBackground = true }.Start();

    // Its sheets would be pictures of the data from the next start on, which would then be other data. Shards lie beside it unharmed.
    private static void RefuseInside(string? data, string folder)
    {
        var readable = new EnumerationOptions { IgnoreInaccessible = true }; // what cannot be read is told when it is read
        if (!Directory.Exists(data) || Directory.EnumerateFiles(data, "*", readable).Any(file => Path.GetExtension(file) is ".tar" or ".parquet"))
            return;
        string way = Path.GetRelativePath(data, folder);
        if (way != ".." && !way.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !Path.IsPathRooted(way))
            throw new RefusalException(ExitCodes.Usage, $"{folder}: lies in the folder of pictures {data}, which its sheets would be added to; give another --out");
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException) when (File.Exists(folder))
        {
            throw new RefusalException(ExitCodes.Output, $"{folder}: is a file, expected a run folder (give another --out)");
        }
        catch (IOException e)
        {
            throw new RefusalException(ExitCodes.Output, $"{folder}: this run folder cannot be made: {e.Message.TrimEnd('.')} (give another --out)");
        }
    }

    private static FileStream Claim(string folder)
    {
        const int LockedOnLinux = 11, LockedOnMac = 35, LockedOnWindows = unchecked((int)0x80070020);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows)
        {
            throw new RefusalException(ExitCodes.Input, $"{folder}: another vtok-train is at work in this run folder; give another --out");
        }
    }

    // "cuda" is the GPU of this process's place on its machine, or the only one that the launcher shows it.
    private static torch.Device Pick(string name, LaunchEnvironment place)
    {
        if (name != "cpu" && !torch.cuda.is_available())
            throw new RefusalException(ExitCodes.Input, $"--device {name}: this libtorch sees no CUDA device; use --device cpu, or see \"vtok doctor\"");
        if (name == "cpu")
            return torch.CPU;
        int devices = torch.cuda.device_count();
        bool own = name == "cuda";
        int device = own ? devices == 1 || place.World == 1 ? 0 : place.LocalRank : int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture);
        if (device < devices)
            return torch.device("cuda", device);
        throw new RefusalException(ExitCodes.Input, own
            ? $"--device cuda: local rank {device}, and only {devices} CUDA devices are seen; start at most {devices} processes here"
            : $"--device {name}: only {devices} CUDA devices are seen, the first is cuda:0");
    }

    // Set in both ways: libtorch's own default rounds convolutions and not matrix products.
    private static void Set(TrainingPrecision precision, torch.Device device, TrainConsole console)
    {
        bool wanted = precision == TrainingPrecision.TensorFloat32;
        if (device.type == DeviceType.CUDA && TensorFloat32.Available)
            TensorFloat32.Allow(wanted);
        else if (wanted)
            console.Say(device.type == DeviceType.CUDA
                ? "precision tf32: this libtorch has no switch for it; products are computed as it comes set"
                : "precision tf32: only CUDA has it; this run computes in float32");
    }
}
