using Vtok.Models.Residual;

namespace Vtok.Training.Tasks;

/// <summary>The pixel loss: mean over the batch of log(MSE + 0.001).</summary>
/// <remarks>Its gradient is that of the PSNR, so short prefixes and busy pictures do not drown the others.</remarks>
internal sealed class FaithfulLoss : RefinementLoss
{
    private const double Floor = 0.001;

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
        => [new("logMse", ((output - pictures).square().mean([1, 2, 3]) + Floor).log().mean())];

    /// <summary>The mean PSNR over the usual lengths.</summary>
    public override double Score(RefinementValidation held, Func<RefinementInput, Tensor> refine, double[] psnr) => psnr.Average();

    public override void Dispose() { }
}
