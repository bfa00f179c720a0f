namespace Vtok.Imaging;

/// <summary>The figures that tables report for a picture against its original.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio over RGB, dB; +infinity for equal pictures.</param>
/// <param name="Ssim">SSIM of the luma; NaN when a side is below 11.</param>
/// <param name="MsSsim">Multi-scale SSIM over RGB; NaN when a side is below 161.</param>
/// <param name="Gmsd">Gradient magnitude similarity deviation of the luma, lower is better.</param>
public readonly record struct ImageQuality(double Psnr, double Ssim, double MsSsim, double Gmsd)
{
    /// <summary>Measures <paramref name="picture"/> against <paramref name="original"/>, which has the same size.</summary>
    public static ImageQuality Measure(RgbImage original, RgbImage picture) => new(
        ImageMetrics.Psnr(original, picture), ImageMetrics.Ssim(original, picture), ImageMetrics.MsSsim(original, picture), ImageMetrics.Gmsd(original, picture));
}
