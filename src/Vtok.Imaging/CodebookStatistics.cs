namespace Vtok.Imaging;

/// <summary>How a set of pictures uses a codebook: a histogram of ids and what follows from it.</summary>
public sealed class CodebookStatistics
{
    private readonly long[] _counts;

    /// <summary>An empty histogram over ids 0..<paramref name="size"/> - 1.</summary>
    public CodebookStatistics(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        _counts = new long[size];
    }

    /// <summary>How often each id occurred.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>Ids counted so far.</summary>
    public long Total { get; private set; }

    /// <summary>Share of codes that occurred at least once, 0..1.</summary>
    public double Usage => (double)_counts.Count(c => c > 0) / _counts.Length;

    /// <summary>Entropy of the histogram in bits an id; 0 when it is empty.</summary>
    public double Entropy => -_counts.Where(c => c > 0).Sum(c => (double)c / Total * Math.Log2((double)c / Total));

    /// <summary>2^entropy: the number of codes that would carry as much, used evenly.</summary>
    public double Perplexity => Math.Pow(2, Entropy);

    /// <summary>Counts ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the codebook; those before it are counted.</exception>
    public void Add(ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)_counts.Length)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"the codebook has ids 0 to {_counts.Length - 1}");
            _counts[id]++;
            Total++;
        }
    }
}
