namespace Vtok.Imaging.Quality;

/// <summary>A separable averaging window of SSIM.</summary>
/// <param name="Taps">Weights along one axis, sum 1.</param>
/// <param name="CovarianceScale">1 for population covariance, N / (N - 1) for sample covariance.</param>
internal sealed record SsimWindow(double[] Taps, double CovarianceScale)
{
    /// <summary>11 taps of a Gaussian with deviation 1.5 (Wang and others 2004).</summary>
    public static SsimWindow Gaussian { get; } = new(GaussianTaps(), 1);

    /// <summary>7 equal taps with the sample covariance of 49 values.</summary>
    public static SsimWindow Uniform7 { get; } = new([.. Enumerable.Repeat(1.0 / 7, 7)], 49.0 / 48);

    private static double[] GaussianTaps()
    {
        double[] taps = [.. Enumerable.Range(0, 11).Select(i => Math.Exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5)))];
        double sum = taps.Sum();
        return [.. taps.Select(t => t / sum)];
    }
}
