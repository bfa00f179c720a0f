using Vtok.Imaging.Quality;

namespace Vtok.Imaging;

/// <summary>How near two pictures of equal size are. Everything is computed in double on 8-bit values.</summary>
/// <remarks>
/// Luma is 0.299 R + 0.587 G + 0.114 B, not rounded. The figures that tables report are <see cref="Psnr"/>, <see cref="Ssim"/>,
/// <see cref="MsSsim"/> and <see cref="Gmsd"/>. Two pictures of different size throw <see cref="ArgumentException"/>.
/// </remarks>
public static class ImageMetrics
{
    /// <summary>What an infinite PSNR counts as in a mean over pictures.</summary>
    public const double PsnrCap = 99;

    /// <summary>Smallest side that SSIM accepts.</summary>
    public const int SsimLeastSide = 11;

    /// <summary>Smallest side that MS-SSIM accepts.</summary>
    public const int MsSsimLeastSide = 161;

    /// <summary>Mean squared error over all pixels and channels, 0..65025.</summary>
    public static double Mse(RgbImage a, RgbImage b)
    {
        CheckSizes(a, b);
        long sum = 0;
        ReadOnlySpan<byte> x = a.Pixels, y = b.Pixels;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        return (double)sum / x.Length;
    }

    /// <summary>Peak signal-to-noise ratio over the three channels together, dB; +infinity for equal pictures.</summary>
    public static double Psnr(RgbImage a, RgbImage b) => Decibels(Mse(a, b));

    /// <summary>The same on unrounded luma.</summary>
    public static double PsnrLuma(RgbImage a, RgbImage b)
    {
        CheckSizes(a, b);
        ReadOnlySpan<double> x = Plane.Luma(a).Values, y = Plane.Luma(b).Values;
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        return Decibels(sum / x.Length);
    }

    /// <summary>SSIM of the luma (Wang and others 2004): 11-tap Gaussian, windows wholly inside. -1..1; NaN when a side is below 11.</summary>
    public static double Ssim(RgbImage a, RgbImage b) => Similarity(a, b, SsimWindow.Gaussian, Plane.Luma);

    /// <summary>SSIM as <see cref="Ssim"/>, the mean of the three channels.</summary>
    public static double SsimRgb(RgbImage a, RgbImage b) => MeanOverChannels(channel => Similarity(a, b, SsimWindow.Gaussian, image => Plane.Channel(image, channel)));

    /// <summary>SSIM of the luma over the full map, borders mirrored with the edge repeated. Not the reported one.</summary>
    public static double SsimSame(RgbImage a, RgbImage b) =>
        Similarity(a, b, SsimWindow.Gaussian, image => Plane.Luma(image).Mirrored(SsimWindow.Gaussian.Taps.Length / 2));

    /// <summary>SSIM with a 7x7 box window and sample covariance, mean of the channels: the default of scikit-image, quoted by some papers.</summary>
    public static double SsimUniform7(RgbImage a, RgbImage b) => MeanOverChannels(channel => Similarity(a, b, SsimWindow.Uniform7, image => Plane.Channel(image, channel)));

    /// <summary>Multi-scale SSIM over five scales, formed per channel and averaged. 0..1; NaN when a side is below 161.</summary>
    public static double MsSsim(RgbImage a, RgbImage b) => MeanOverChannels(channel => MultiScale(a, b, image => Plane.Channel(image, channel)));

    /// <summary>Multi-scale SSIM of the luma. 0..1; NaN when a side is below 161.</summary>
    public static double MsSsimLuma(RgbImage a, RgbImage b) => MultiScale(a, b, Plane.Luma);

    /// <summary>Gradient magnitude similarity deviation of the luma (Xue and others 2014). 0 is equal, lower is better.</summary>
    /// <exception cref="ArgumentException">Neither side is above 2.</exception>
    public static double Gmsd(RgbImage a, RgbImage b)
    {
        CheckSizes(a, b);
        return GradientSimilarity.Deviation(Plane.Luma(a), Plane.Luma(b));
    }

    private static double Similarity(RgbImage a, RgbImage b, SsimWindow window, Func<RgbImage, Plane> plane)
    {
        CheckSizes(a, b);
        return Math.Min(a.Width, a.Height) < SsimLeastSide ? double.NaN : StructuralSimilarity.Compute(plane(a), plane(b), window).Ssim;
    }

    private static double MultiScale(RgbImage a, RgbImage b, Func<RgbImage, Plane> plane)
    {
        CheckSizes(a, b);
        return Math.Min(a.Width, a.Height) < MsSsimLeastSide ? double.NaN : MultiScaleSimilarity.Product(MultiScaleSimilarity.Terms(plane(a), plane(b)));
    }

    private static double MeanOverChannels(Func<int, double> metric) => (metric(0) + metric(1) + metric(2)) / 3;

    private static double Decibels(double mse) => 10 * Math.Log10(255.0 * 255.0 / mse);

    private static void CheckSizes(RgbImage a, RgbImage b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Width != b.Width || a.Height != b.Height)
            throw new ArgumentException($"{a.Width}x{a.Height} against {b.Width}x{b.Height}: the pictures must be of one size");
    }
}
