using Vtok.Models;

namespace Vtok.Training.Tasks;

/// <summary>What was measured at one number of tokens.</summary>
/// <param name="Quality">Means of <see cref="Measures.ReconstructionMeter"/>.</param>
/// <param name="Loss">Mean of the loss's own distance of a picture.</param>
/// <param name="GridFirst">g1 of <see cref="Losses.GridPattern"/>, folded by 64.</param>
/// <param name="GridSecond">g2.</param>
/// <param name="Weave"><see cref="Losses.GridPattern.Weave"/>.</param>
/// <param name="FixedPattern"><see cref="Losses.GridPattern.FixedPattern(Tensor, BatchMean)"/>.</param>
/// <param name="Excess"><see cref="Losses.DetailSpectrum.Excess(Tensor, Tensor, BatchMean)"/> over all pictures.</param>
internal sealed record LengthReport(IReadOnlyDictionary<string, double> Quality, double Loss, double GridFirst, double GridSecond, double Weave,
    double FixedPattern, double Excess)
{
    /// <summary>Mean PSNR of the pictures rounded to bytes.</summary>
    public double Psnr => Quality["psnr"];

    /// <summary>Mean MS-SSIM of the same pictures, 0..1.</summary>
    public double MsSsim => Quality["msSsim"];
}
