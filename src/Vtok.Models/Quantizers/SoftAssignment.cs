using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Mixtures of codes in the place of single codes: soft tokens (AiT, arXiv 2301.02229, section 3.3).</summary>
public static class SoftAssignment
{
    /// <summary>Expected code under logits: sum over k of softmax(tau * logit)_k e_k.</summary>
    /// <param name="logits">[..., K].</param>
    /// <param name="codebook">[K, D].</param>
    /// <param name="sharpness">tau, at least 0 and finite: 0 gives the mean of all codes, a large one nearly the best. Published: 0.8 for depth, else 1.</param>
    /// <returns>[..., D], within the convex hull of the codes.</returns>
    public static Tensor Expect(Tensor logits, Tensor codebook, double sharpness = 1)
    {
        if (sharpness is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(sharpness), sharpness, "must be at least 0 and finite"); // infinity times a logit of 0 is no number
        using DisposeScope scope = NewDisposeScope();
        return SafeOps.MatMul(functional.softmax(logits * sharpness, -1), codebook).MoveToOuterDisposeScope();
    }

    /// <summary>Probabilities of the codes by distance: softmax over k of -t |f - e_k|^2.</summary>
    /// <param name="features">[R, D].</param>
    /// <param name="codebook">[K, D].</param>
    /// <param name="inverseTemperature">t, above 0.</param>
    /// <returns>[R, K].</returns>
    public static Tensor ByDistance(Tensor features, Tensor codebook, double inverseTemperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inverseTemperature);
        using DisposeScope scope = NewDisposeScope();
        // |f|^2 is the same for every code of a row and cancels in the softmax.
        Tensor scores = SafeOps.MatMul(features, codebook.t()) * 2 - codebook.square().sum(1);
        return functional.softmax(scores * inverseTemperature, -1).MoveToOuterDisposeScope();
    }
}
