namespace Vtok.Training.Measures;

/// <summary>How much of a codebook is used over a window of data.</summary>
/// <param name="codes">Size of the codebook.</param>
public sealed class CodebookUsage(int codes)
{
    private readonly long[] _counts = new long[codes];

    /// <summary>Times that each code was used.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Ids counted.</summary>
    public long Total { get; private set; }

    /// <summary>Share of the codes that were used at all.</summary>
    public double Used => _counts.Count(count => count > 0) / (double)codes;

    /// <summary>2 to the entropy of the counts: as many equally frequent codes would say as much. 0 before anything was counted.</summary>
    public double Perplexity
    {
        get
        {
            if (Total == 0)
                return 0;
            double entropy = 0;
            foreach (long count in _counts)
                if (count > 0)
                    entropy -= count / (double)Total * Math.Log2(count / (double)Total);
            return Math.Pow(2, entropy);
        }
    }

    /// <summary>Counts ids.</summary>
    /// <param name="ids">int64 of any shape, each in 0..codes - 1.</param>
    public void Add(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor counts = bincount(ids.flatten().cpu(), minlength: codes);
        foreach ((long count, int code) in counts.data<long>().ToArray().Select((count, code) => (count, code)))
            _counts[code] += count;
        Total += ids.numel();
    }

    /// <summary>Begins a new window.</summary>
    public void Reset()
    {
        Array.Clear(_counts);
        Total = 0;
    }
}
