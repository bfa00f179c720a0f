namespace Vtok.Bench;

/// <summary>Published sizes with drawn weights: whether ids depend on the batch, the threads and the tiles of the code search.</summary>
internal sealed class FullSizeIdsBenchmark : IBenchmark
{
    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach (string name in options.FullSizes)
        {
            FullSizeIds ids = FullSizeWorker.StartIds(name);
            yield return new BenchRow($"{name} ids", "one by one, 1 thread", ids.Tokens, "tokens");
            yield return new BenchRow($"{name} ids", "different ids", ids.Distinct, "ids");
            foreach (FullSizeIds.Way way in ids.Ways)
                yield return new BenchRow($"{name} ids", way.Name, way.Differing, "differ");
        }
    }
}
