using Vtok.Models.Residual;

namespace Vtok.Training.Tasks;

/// <summary>What a head of stage B is trained on.</summary>
internal abstract class RefinementLoss : IDisposable
{
    /// <summary>Loss terms of pictures in -1..1: both [B, 3, W, W], lengths [B].</summary>
    public abstract IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step);

    /// <summary>The number by which the best weights are chosen; higher is better.</summary>
    /// <param name="held">Held-out pictures.</param>
    /// <param name="refine">The decoder.</param>
    /// <param name="psnr">PSNR at the usual lengths.</param>
    public abstract double Score(RefinementValidation held, Func<RefinementInput, Tensor> refine, double[] psnr);

    public abstract void Dispose();
}
