namespace Vtok.Training.Measures;

/// <summary>How much of a vocabulary of any size some ids use. What it holds grows with the codes in use; adding waits for the device.</summary>
/// <param name="vocabulary">Number of codes.</param>
internal sealed class CodeCounts(long vocabulary)
{
    private readonly Dictionary<long, long> _counts = [];

    /// <summary>Share of the codes that were used at all.</summary>
    public double Used => _counts.Count / (double)vocabulary;

    /// <summary>2 to the entropy of the counts: as many equally frequent codes would say as much. 0 before anything was counted.</summary>
    public double Perplexity => PerplexityOf(_counts.Values);

    /// <summary>Counts ids.</summary>
    /// <param name="ids">int64 of any shape.</param>
    public void Add(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor codes, _, Tensor? counts) = ids.flatten().cpu().unique(return_counts: true);
        foreach ((long code, long count) in codes.data<long>().ToArray().Zip(counts!.data<long>().ToArray()))
            _counts[code] = _counts.GetValueOrDefault(code) + count;
    }

    /// <summary>2 to the entropy of counts; 0 where all are 0.</summary>
    internal static double PerplexityOf(IReadOnlyCollection<long> counts)
    {
        double total = counts.Sum(), entropy = 0;
        foreach (long count in counts)
            if (count > 0)
                entropy -= count / total * Math.Log2(count / total);
        return total == 0 ? 0 : Math.Pow(2, entropy);
    }
}
