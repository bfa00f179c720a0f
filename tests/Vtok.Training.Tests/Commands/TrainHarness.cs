using Vtok.Imaging;
using Vtok.Train;

namespace Vtok.Training.Tests.Commands;

/// <summary>vtok-train in this process, in a temporary folder with pictures to learn.</summary>
internal sealed class TrainHarness : IDisposable
{
    private const int Pictures = 12, Side = 40;

    public TrainHarness()
    {
        Directory.CreateDirectory(this["pictures"]);
        var codec = new VipsImageCodec();
        for (int i = 0; i < Pictures; i++)
            File.WriteAllBytes(Path.Combine(this["pictures"], $"{i:D2}.png"), codec.Encode(Ramp(i), ImageFormat.Png));
    }

    public string Folder { get; } = TestRuns.Folder();

    /// <summary>The recipe that is as small as it goes.</summary>
    public static string Tiny { get; } = Path.Combine(Repository.Root, "trainers", "recipes", "titok", "tiny.json");

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Arguments of a run of <see cref="Tiny"/> over the pictures in the run folder of that name.</summary>
    public string[] Train(string run, params string[] set) =>
        [Tiny, "--data", this["pictures"], "--out", this[run], "--threads", "1", .. set.SelectMany(value => (string[])["--set", value])];

    /// <summary>Runs one command line.</summary>
    public static (int ExitCode, string Output, string Errors) Run(params string[] args) => Run(debug: false, args);

    /// <summary>Runs one command line, with stack traces if wanted.</summary>
    public static (int ExitCode, string Output, string Errors) Run(bool debug, params string[] args)
    {
        using StringWriter output = new(), errors = new();
        int exitCode = TrainCommand.Run(args, new TrainConsole { Output = output, Errors = errors, Debug = debug });
        return (exitCode, output.ToString(), errors.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static RgbImage Ramp(int seed)
    {
        var picture = new RgbImage(Side, Side);
        for (int i = 0; i < picture.Pixels.Length; i++)
            picture.Pixels[i] = (byte)((i / 3 % Side * (seed % 5 + 1) + i / 3 / Side * (seed % 3 + 1) + i % 3 * 40 * seed) / 2);
        return picture;
    }
}
