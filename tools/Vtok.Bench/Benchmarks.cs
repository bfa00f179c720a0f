namespace Vtok.Bench;

/// <summary>The benchmarks, one line each.</summary>
internal static class Benchmarks
{
    private static IReadOnlyList<IBenchmark> All { get; } =
    [
        new PackingBenchmark(),
        new PictureBenchmark(),
        new LoaderBenchmark(),
        new NetworkBenchmark(),
        new FlexTokBenchmark(),
        new CodeSearchBenchmark(),
    ];

    /// <summary>Full-size models take minutes and gigabytes: by name only, and then alone; so do trainings.</summary>
    public static IReadOnlyList<IBenchmark> Of(BenchOptions options) => options switch
    {
        { FullSizes.Count: > 0 } => options.Ids ? [new FullSizeIdsBenchmark()] : [new FullSizeBenchmark()],
        { Table: true } => [new TrainingTable()],
        { Training: true } => [new TrainingBenchmark()],
        _ => All,
    };
}
