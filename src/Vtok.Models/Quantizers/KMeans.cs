using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Clusters vectors by Lloyd's rounds from drawn vectors: the start of a codebook on a first batch (SoundStream, arXiv 2107.03312, section III-C).</summary>
public static class KMeans
{
    /// <summary>Means of clusters.</summary>
    /// <param name="rows">[R, D]; with fewer rows than clusters some means are equal.</param>
    /// <param name="clusters">Number of clusters (K), at least 1.</param>
    /// <param name="onSphere">Whether rows and means are divided by their length.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <param name="rounds">Rounds; an empty cluster moves to a drawn row.</param>
    /// <returns>[K, D], without a gradient.</returns>
    public static Tensor Fit(Tensor rows, int clusters, bool onSphere, Generator generator, int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor samples = Place(rows.detach(), onSphere);
        Tensor means = Drawn(samples, clusters, generator);
        for (int round = 0; round < rounds; round++)
        {
            Tensor ids = NearestCode.Find(samples, means);                                           // [R]
            Tensor counts = CodeTally.Of(ids, clusters).to(ScalarType.Float32).unsqueeze(1);        // [K, 1]
            Tensor sums = zeros_like(means).index_add_(0, ids, samples, 1);                          // [K, D]
            Tensor found = Place(sums / counts.clamp(min: 1f), onSphere);
            means = where(counts.eq(0), Drawn(samples, clusters, generator), found);
        }
        return means.MoveToOuterDisposeScope();
    }

    // Distinct rows as far as there are enough.
    private static Tensor Drawn(Tensor rows, int count, Generator generator)
    {
        long sources = rows.size(0);
        Tensor order = randperm(sources, generator: generator);
        Tensor chosen = order.index_select(0, arange(count).remainder(sources));
        return rows.index_select(0, chosen.to(rows.device));
    }

    private static Tensor Place(Tensor rows, bool onSphere) => onSphere ? functional.normalize(rows, dim: -1) : rows.contiguous();
}
