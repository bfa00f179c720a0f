using Vtok.Models.Quantizers;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>Learning of a codebook of unit vectors without gradients: k-means by angle for the start, moving averages afterwards (BEiT v2, arXiv 2208.06366).</summary>
internal static class CosineClusters
{
    /// <summary>K-means by the largest dot product; an empty cluster keeps its mean.</summary>
    /// <param name="rows">[R, D], normalised.</param>
    /// <param name="start">[K, D], the first means.</param>
    /// <param name="iterations">Rounds.</param>
    /// <returns>Normalised means [K, D] and the members of each in the last round [K].</returns>
    public static (Tensor Means, Tensor Counts) Find(Tensor rows, Tensor start, int iterations)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor means = start.clone(), counts = zeros(start.size(0), device: start.device);
        for (int i = 0; i < iterations; i++)
        {
            using DisposeScope round = NewDisposeScope();
            Tensor nearest = SafeOps.MatMul(rows, means.t()).argmax(1); // [R]
            (Tensor average, Tensor members) = Averages(rows, nearest, means.size(0));
            means = where(members.eq(0).unsqueeze(1), means, average).MoveToOuterDisposeScope();
            counts = members.MoveToOuterDisposeScope();
        }
        return (means.MoveToOuterDisposeScope(), counts.MoveToOuterDisposeScope());
    }

    /// <summary>Moves each code a little to the normalised mean of its members; a code without members stays.</summary>
    /// <param name="codes">[K, D], normalised.</param>
    /// <param name="rows">[R, D], normalised.</param>
    /// <param name="ids">int64 [R].</param>
    /// <param name="decay">Share of the old code.</param>
    /// <returns>Normalised codes [K, D].</returns>
    public static Tensor Follow(Tensor codes, Tensor rows, Tensor ids, double decay)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor average, Tensor members) = Averages(rows, ids, codes.size(0));
        Tensor target = where(members.eq(0).unsqueeze(1), codes, average); // [K, D]
        return functional.normalize(codes * decay + target * (1 - decay), dim: -1).MoveToOuterDisposeScope();
    }

    private static (Tensor Average, Tensor Members) Averages(Tensor rows, Tensor ids, long count)
    {
        Tensor members = CodeTally.Of(ids, count).to(rows.dtype);                                        // [K]
        Tensor sums = zeros(count, rows.size(1), rows.dtype, rows.device).index_add_(0, ids, rows, 1); // [K, D]
        return (functional.normalize(sums / members.clamp_min(1).unsqueeze(1), dim: -1), members);
    }
}
