namespace Vtok.Bench;

/// <summary>All benchmarks, one line each.</summary>
internal static class Benchmarks
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new PackingBenchmark(),
        new PictureBenchmark(),
        new LoaderBenchmark(),
        new NetworkBenchmark(),
        new FlexTokBenchmark(),
        new CodeSearchBenchmark(),
    ];
}
