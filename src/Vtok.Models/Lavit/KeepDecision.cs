namespace Vtok.Models.Lavit;

/// <summary>From log probabilities to kept patches, with Gumbel noise or without.</summary>
/// <remarks>
/// Quirk: the published tokenizer always samples, so the same picture has other ids every time. Without noise the likelier choice is
/// taken, which is our default; noise enters only as a value, from a seed.
/// </remarks>
public static class KeepDecision
{
    /// <summary>Gumbel noise -log(E), E exponential: [B, N, 2] float32 on the CPU.</summary>
    public static Tensor Noise(long pictures, long positions, Generator generator)
    {
        using DisposeScope scope = NewDisposeScope();
        return empty([pictures, positions, 2]).exponential_(1, generator).log().neg().MoveToOuterDisposeScope();
    }

    /// <summary>Which patches are kept: bool [B, N]. Equal chances keep.</summary>
    /// <param name="logProbabilities">[B, N, 2].</param>
    /// <param name="noise">[B or 1, N, 2], or null for the deterministic choice.</param>
    public static Tensor Keep(Tensor logProbabilities, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = noise is null ? logProbabilities : logProbabilities + noise;
        return scores.select(2, 0).ge(scores.select(2, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The chance of keeping that the noise leaves: softmax((log p + noise) / temperature), component 0, [B, N].</summary>
    public static Tensor Soft(Tensor logProbabilities, Tensor? noise, double temperature = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = noise is null ? logProbabilities : logProbabilities + noise;
        return (scores / temperature).softmax(-1).select(2, 0).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Keeps at least one patch a picture, the likeliest, and at most <paramref name="most"/>, the likeliest: bool [B, N].</summary>
    /// <remarks>The published code has neither bound: a picture that keeps nothing has no ids there.</remarks>
    /// <param name="keep">bool [B, N].</param>
    /// <param name="logProbabilities">[B, N, 2].</param>
    /// <param name="most">1..N.</param>
    public static Tensor Bound(Tensor keep, Tensor logProbabilities, int most)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor margin = logProbabilities.select(2, 0) - logProbabilities.select(2, 1);                             // [B, N]
        Tensor likeliest = zeros_like(keep).scatter(1, margin.argmax(1, keepdim: true), ones_like(keep));
        Tensor kept = keep.logical_or(keep.any(1, keepdim: true).logical_not().logical_and(likeliest));
        if (most >= keep.size(1))
            return kept.MoveToOuterDisposeScope();
        // Places of the kept ones by margin, descending and stable: the first of equals wins.
        Tensor order = margin.masked_fill(kept.logical_not(), double.NegativeInfinity).sort(dim: 1, descending: true, stable: true).Indices;
        Tensor place = zeros_like(order).scatter(1, order, arange(keep.size(1), device: keep.device).expand(keep.size(0), -1));
        return kept.logical_and(place.lt(most)).MoveToOuterDisposeScope();
    }
}
