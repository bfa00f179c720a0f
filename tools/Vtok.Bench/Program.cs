namespace Vtok.Bench;

/// <summary>Throughput and memory in one run: 0 done, 1 a row failed, 2 usage.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is [NetworkWorker.Verb, .. var rest])
            return NetworkWorker.Run(rest);
        if (arguments is [FullSizeWorker.Verb, .. var work])
            return FullSizeWorker.Run(work);
        if (arguments is [TrainingWorker.Verb, .. var training])
            return TrainingWorker.Run(training);
        if (BenchOptions.Parse(arguments) is not { } options)
        {
            Console.Error.WriteLine(BenchOptions.Usage);
            return 2;
        }
        try
        {
            Run(options);
            return 0;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine($"vtok-bench: {e.Message}");
            return 1;
        }
    }

    private static void Run(BenchOptions options)
    {
        if (!options.Json)
            BenchPrinter.Header(options, Console.Out);
        List<BenchRow> rows = [];
        foreach (BenchRow measured in Benchmarks.Of(options).SelectMany(benchmark => benchmark.Run(options)))
        {
            BenchRow? first = rows.Find(row => row.Group == measured.Group && row.Unit == measured.Unit);
            rows.Add(measured with { Ratio = measured.Value / (first ?? measured).Value });
            if (!options.Json)
                BenchPrinter.Row(rows[^1], Console.Out);
        }
        if (options.Json)
            BenchPrinter.Json(options, rows, Console.Out);
    }
}
