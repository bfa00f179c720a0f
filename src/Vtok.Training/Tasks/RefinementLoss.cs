using Vtok.Models.Residual;
using Vtok.Training.Losses;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>What a head of stage B is trained on.</summary>
internal abstract class RefinementLoss : IDisposable
{
    /// <summary>Loss terms of pictures in -1..1: both [B, 3, W, W], lengths [B].</summary>
    public abstract IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step);

    /// <summary>The number by which the best weights are chosen.</summary>
    /// <param name="held">Held-out pictures.</param>
    /// <param name="refine">The decoder.</param>
    /// <param name="psnr">PSNR at the usual lengths.</param>
    public virtual double Score(RefinementValidation held, Func<RefinementInput, Tensor> refine, double[] psnr) => psnr.Average();

    public virtual void Dispose() { }
}

/// <summary>The pixel loss: mean over the batch of log(MSE + 0.001).</summary>
/// <remarks>Its gradient is that of the PSNR, so short prefixes and busy pictures do not drown the others.</remarks>
internal sealed class FaithfulLoss : RefinementLoss
{
    private const double Floor = 0.001;

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
        => [new("logMse", ((output - pictures).square().mean([1, 2, 3]) + Floor).log().mean())];
}
