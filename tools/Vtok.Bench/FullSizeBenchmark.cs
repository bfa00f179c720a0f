namespace Vtok.Bench;

/// <summary>Published sizes opened from the mapped file: seconds to open, encode and decode a picture, memory over the bytes of the weights.</summary>
internal sealed class FullSizeBenchmark : IBenchmark
{
    private const string Seconds = "cpu s", Weights = "x weights";

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach (string name in options.FullSizes)
        {
            FullSizeResult result = FullSizeWorker.Start(name, options);
            yield return new BenchRow($"{name} file", "weights", result.WeightBytes / 1e6, "MB");
            yield return new BenchRow($"{name} open", "seconds", result.LoadSeconds, "s");
            yield return new BenchRow($"{name} open", "anonymous peak", result.LoadedAnonymous, Weights);
            yield return new BenchRow($"{name} encode", "tokens", result.Tokens, "tokens");
            yield return new BenchRow($"{name} encode", "seconds", result.EncodeSeconds, Seconds);
            yield return new BenchRow($"{name} decode or features", "seconds", result.DecodeSeconds, Seconds);
            if (result.PrefixSeconds is { } prefix)
                yield return new BenchRow($"{name} decode, {FullSizeResult.Prefix} tokens", "seconds", prefix, Seconds);
            yield return new BenchRow($"{name} all", "anonymous peak", result.Anonymous, Weights);
            yield return new BenchRow($"{name} all, with the file", "resident peak", result.Resident, Weights);
        }
    }
}
