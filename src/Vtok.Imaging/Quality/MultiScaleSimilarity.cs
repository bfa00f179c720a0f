namespace Vtok.Imaging.Quality;

/// <summary>MS-SSIM over five scales (Wang, Simoncelli, Bovik 2003; conventions of pytorch-msssim).</summary>
internal static class MultiScaleSimilarity
{
    // They sum to 1.0001 in the paper and are used so.
    private static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>Contrast-structure of scales 0 to 3 and SSIM of scale 4, negatives set to 0.</summary>
    public static double[] Terms(Plane a, Plane b)
    {
        double[] terms = new double[Weights.Length];
        for (int scale = 0; scale < terms.Length; scale++)
        {
            (double ssim, double contrast) = StructuralSimilarity.Compute(a, b, SsimWindow.Gaussian);
            bool last = scale == terms.Length - 1;
            terms[scale] = Math.Max(last ? ssim : contrast, 0);
            if (!last)
                (a, b) = (a.Halved(), b.Halved());
        }
        return terms;
    }

    /// <summary>The terms raised to the weights of their scales and multiplied.</summary>
    public static double Product(ReadOnlySpan<double> terms)
    {
        double product = 1;
        for (int scale = 0; scale < terms.Length; scale++)
            product *= Math.Pow(terms[scale], Weights[scale]);
        return product;
    }
}
