namespace Vtok.Models.Quantizers;

/// <summary>Counts how often each code is used, over all and by position.</summary>
/// <param name="codebookSize">Number of codes (K), at least 1.</param>
public sealed class CodebookUsage(int codebookSize)
{
    private const double Epsilon = 1e-8; // inside the logarithm, as published

    private readonly List<long[]> _counts = []; // by position, then by code

    /// <summary>Adds the ids of a batch: int64 [B, N], each in 0..K-1.</summary>
    /// <exception cref="ArgumentException">An id is out of range.</exception>
    public void Add(Tensor ids)
    {
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, N]", nameof(ids));
        using DisposeScope scope = NewDisposeScope();
        long positions = ids.size(1);
        long[] values = ids.cpu().contiguous().data<long>().ToArray();
        if (values.Any(id => id < 0 || id >= codebookSize))
            throw new ArgumentException($"an id is outside 0..{codebookSize - 1}", nameof(ids));
        while (_counts.Count < positions)
            _counts.Add(new long[codebookSize]);
        for (long i = 0; i < values.LongLength; i++)
            _counts[(int)(i % positions)][values[i]]++;
    }

    /// <summary>Share of the codes that were used at least once, 0..1.</summary>
    public double Share => (double)Totals().Count(count => count > 0) / codebookSize;

    /// <summary>Entropy of the codes in bits.</summary>
    public double Entropy => EntropyOf(Totals());

    /// <summary>2 to the entropy: how many codes the usage is worth.</summary>
    public double Perplexity => Math.Pow(2, Entropy);

    /// <summary>Occurrences of the rarest code.</summary>
    public double LeastFrequency => Totals().Min();

    /// <summary>Occurrences of the commonest code.</summary>
    public double MostFrequency => Totals().Max();

    /// <summary>Entropy in bits at each position that was seen.</summary>
    public IReadOnlyList<double> EntropyByPosition() => [.. _counts.Select(EntropyOf)];

    private long[] Totals()
    {
        long[] totals = new long[codebookSize];
        foreach (long[] counts in _counts)
            for (int code = 0; code < codebookSize; code++)
                totals[code] += counts[code];
        return totals;
    }

    private static double EntropyOf(long[] counts)
    {
        double sum = counts.Sum(), entropy = 0;
        foreach (long count in counts)
            entropy -= count / sum * Math.Log2(count / sum + Epsilon);
        return entropy;
    }
}
