using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vtok.Models;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>Writes or measures a full-size model in a process of its own, so that the peak of memory is that of opening and using it.</summary>
internal static class FullSizeWorker
{
    /// <summary>First argument of such a process.</summary>
    public const string Verb = "--full-size-worker";

    private const string WriteVerb = "write", MeasureVerb = "measure", IdsVerb = "ids";
    private const int FreeSide = 256;

    /// <summary>The worker's main: write NAME FOLDER, measure FOLDER THREADS [STEPS], or ids FOLDER.</summary>
    public static int Run(string[] arguments)
    {
        NativeTorch.Load();
        if (arguments is [WriteVerb, var name, var folder])
            FullSizeModels.Write(name, folder);
        else if (arguments is [IdsVerb, var other])
            Compare(other);
        else
            Measure(arguments[1], Number(arguments[2]), arguments.Length > 3 ? Number(arguments[3]) : null);
        return 0;
    }

    /// <summary>Writes a model of a name to a temporary folder, measures it there and deletes it.</summary>
    /// <exception cref="InvalidOperationException">A worker failed; the message has its first line.</exception>
    public static FullSizeResult Start(string name, BenchOptions options) =>
        Work<FullSizeResult>(name, folder => [MeasureVerb, folder, $"{options.Threads}", .. options.Steps is { } steps ? [$"{steps}"] : Array.Empty<string>()]);

    /// <summary>The same, but compares its ids over ways of working.</summary>
    /// <exception cref="InvalidOperationException">A worker failed; the message has its first line.</exception>
    public static FullSizeIds StartIds(string name) => Work<FullSizeIds>(name, folder => [IdsVerb, folder]);

    private static T Work<T>(string name, Func<string, string[]> task)
    {
        string folder = Directory.CreateTempSubdirectory("vtok-bench-").FullName;
        try
        {
            Start(WriteVerb, name, folder);
            return JsonSerializer.Deserialize<T>(Start(task(folder)))!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Start(params string[] arguments) => WorkerProcess.Read(string.Join(' ', arguments), [Verb, .. arguments]);

    private static void Compare(string folder)
    {
        using ITokenizerModel model = ModelFolder.Open(folder);
        Console.WriteLine(JsonSerializer.Serialize(IdsProbe.Measure(model)));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Measure(string folder, int threads, int? steps)
    {
        set_num_threads(threads);
        using IDisposable frozen = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        using MemoryWatch memory = new();
        double bytes = new DirectoryInfo(folder).EnumerateFiles("*.safetensors").Sum(file => file.Length);
        long begin = Stopwatch.GetTimestamp();
        using ITokenizerModel model = ModelFolder.Open(folder);
        double load = Stopwatch.GetElapsedTime(begin).TotalSeconds, loaded = memory.Anonymous / bytes;
        Tensor picture = rand([1, 3, model.Info.NativeHeight ?? FreeSide, model.Info.NativeWidth ?? FreeSide], generator: new Generator(1));
        Tensor ids = Ids(model, picture);
        double encode = ProcessorSeconds(() => Ids(model, picture).Dispose());
        double decode = ProcessorSeconds(() => Read(model, ids, steps));
        double? prefix = model.Info.Order == TokenOrder.Nested ? ProcessorSeconds(() => Read(model, ids.narrow(1, 0, FullSizeResult.Prefix), steps)) : null;
        Console.WriteLine(JsonSerializer.Serialize(
            new FullSizeResult((long)bytes, load, loaded, ids.size(1), encode, decode, prefix, memory.Anonymous / bytes, MemoryWatch.Resident / bytes)));
    }

    private static Tensor Ids(ITokenizerModel model, Tensor picture) =>
        model is IDynamicLengthTokenizer dynamic
            ? tensor(Array.ConvertAll(dynamic.EncodeDynamic(picture)[0].Ids.ToArray(), id => (long)id)).unsqueeze(0)
            : model.Encode(picture);

    private static double ProcessorSeconds(Action action)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static void Read(ITokenizerModel model, Tensor ids, int? steps)
    {
        try
        {
            model.Decode(ids, new DecodeOptions { Steps = steps });
        }
        catch (PixelsUnavailableException)
        {
            var reading = (IFeatureTokenizer)model;
            reading.Features(ids, reading.FeatureKinds[0]);
        }
    }
}
