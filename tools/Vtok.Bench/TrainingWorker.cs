using System.Globalization;
using System.Text.Json;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>Trains one network in a process of its own, so that the peak of memory is its alone.</summary>
internal static class TrainingWorker
{
    /// <summary>First argument of such a process.</summary>
    public const string Verb = "--training-worker";

    /// <summary>The worker's main: network, batch, precision, seconds, threads.</summary>
    public static int Run(string[] arguments)
    {
        NativeTorch.Load();
        set_num_threads(int.Parse(arguments[4], CultureInfo.InvariantCulture));
        using MemoryWatch memory = new();
        using TrainingSubject subject = Subject(arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture), arguments[2] == "bf16");
        subject.Step();
        double seconds = Timing.LeastProcessorTime(double.Parse(arguments[3], CultureInfo.InvariantCulture), subject.Step)[0];
        long parameters = subject.Model.parameters().Sum(parameter => parameter.numel());
        Console.WriteLine(JsonSerializer.Serialize(new TrainingCost(seconds, memory.Anonymous / 1e6, parameters)));
        return 0;
    }

    /// <summary>Starts a worker and reads what it measured.</summary>
    /// <exception cref="InvalidOperationException">The worker failed; the message has its first line.</exception>
    public static TrainingCost Start(string network, int batch, string precision, BenchOptions options) =>
        JsonSerializer.Deserialize<TrainingCost>(WorkerProcess.Read($"{network}, batch {batch}", Verb, network, batch.ToString(CultureInfo.InvariantCulture), precision,
            options.Seconds.ToString("R", CultureInfo.InvariantCulture), options.Threads.ToString(CultureInfo.InvariantCulture)))!;

    /// <summary>"refinement 48,96,160", "titok 256 x 4", "llamagen 32".</summary>
    private static TrainingSubject Subject(string network, int batch, bool bfloat16)
    {
        string[] words = network.Split(' ');
        int[] sizes = [.. string.Join(' ', words[1..]).Split([",", " x "], StringSplitOptions.None).Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        return words[0] switch
        {
            "refinement" => TrainingSubject.Refinement(sizes, batch, bfloat16),
            "titok" => TrainingSubject.Titok(sizes[0], sizes[1], batch, bfloat16),
            _ => TrainingSubject.LlamaGen(sizes[0], batch, bfloat16),
        };
    }
}
