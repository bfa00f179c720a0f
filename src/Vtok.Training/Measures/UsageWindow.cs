using Vtok.Models.Quantizers;

namespace Vtok.Training.Measures;

/// <summary>How much of a codebook is used over a window of data. Counting stays on the device; reading waits for it.</summary>
public sealed class UsageWindow : IDisposable
{
    /// <summary>Starts an empty window.</summary>
    /// <param name="codes">Size of the codebook.</param>
    /// <param name="device">Where the ids come from. Default: the CPU.</param>
    public UsageWindow(int codes, Device? device = null) => Counts = zeros(codes, ScalarType.Int64, device ?? CPU).DetachFromDisposeScope();

    /// <summary>Times that each code was used, int64 [K]: owned by this object, changed in place.</summary>
    public Tensor Counts { get; }

    /// <summary>Ids counted.</summary>
    public long Total => Read().Sum();

    /// <summary>Share of the codes that were used at all.</summary>
    public double Used => Read().Count(count => count > 0) / (double)Counts.size(0);

    /// <summary>2 to the entropy of the counts: as many equally frequent codes would say as much. 0 before anything was counted.</summary>
    public double Perplexity => CodeCounts.PerplexityOf(Read());

    /// <summary>Codes that were never used, in ascending order.</summary>
    public long[] Dead() => [.. Read().Select((count, code) => (count, code)).Where(entry => entry.count == 0).Select(entry => (long)entry.code)];

    /// <summary>Counts ids.</summary>
    /// <param name="ids">int64 of any shape, each in 0..codes - 1.</param>
    public void Add(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Counts.add_(CodeTally.Of(ids.flatten(), Counts.size(0)));
    }

    /// <summary>Begins a new window.</summary>
    public void Reset()
    {
        using Tensor same = Counts.zero_();
    }

    /// <summary>Frees the counts.</summary>
    public void Dispose() => Counts.Dispose();

    private long[] Read()
    {
        using Tensor counts = Counts.cpu();
        return counts.data<long>().ToArray();
    }
}
