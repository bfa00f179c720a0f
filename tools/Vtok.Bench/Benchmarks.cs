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

    /// <summary>Full-size models take minutes and gigabytes: by name only, and then alone.</summary>
    public static IReadOnlyList<IBenchmark> Of(BenchOptions options) => options.FullSizes.Count == 0 ? All : options.Ids ? [new FullSizeIdsBenchmark()] : [new FullSizeBenchmark()];
}
