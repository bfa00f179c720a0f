using Vtok.Models;
using Vtok.Torch;

namespace Vtok.Training.Losses;

/// <summary>The weight that gives the discriminator's opinion as much pull on the last layer as the reconstruction has (arXiv 2012.09841, equation 7).</summary>
internal static class AdaptiveWeight
{
    private const double Most = 1e4;
    private const double Least = 1e-4; // added to the denominator

    /// <summary>|d reconstruction / dW| / (|d opinion / dW| + 1e-4), at most 1e4: a scalar without gradient; both graphs are kept.</summary>
    /// <param name="reconstruction">Weighted sum of the pixels' error and the perceptual distance, a scalar.</param>
    /// <param name="opinion">The generator's adversarial loss, a scalar.</param>
    /// <param name="lastLayer">W: the weight of the layer that makes the pixels.</param>
    /// <param name="whole">How the gradients of this part become those of the whole batch.</param>
    public static Tensor Of(Tensor reconstruction, Tensor opinion, Tensor lastLayer, BatchMean whole)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wanted = Norm(reconstruction), found = Norm(opinion);
        return (wanted / (found + Least)).clamp(0, Most).detach().MoveToOuterDisposeScope();

        Tensor Norm(Tensor loss) => whole.ValueOf(SafeOps.Grad(loss, [lastLayer], retainGraph: true)[0]).norm();
    }
}
