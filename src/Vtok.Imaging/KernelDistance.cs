using Vtok.Imaging.Quality;

namespace Vtok.Imaging;

/// <summary>The squared kernel distance of two feature sets with k(a, b) = (a.b / D + 1)^3: the formula of KID (arXiv 1801.01401).</summary>
/// <remarks>Figures of different feature networks cannot be compared.</remarks>
public static class KernelDistance
{
    /// <summary>The unbiased estimate over all rows; it may be slightly negative.</summary>
    /// <exception cref="ArgumentException">Rows of different length, or a set of one picture.</exception>
    public static double Unbiased(FeatureSet x, FeatureSet y) => Unbiased(new Kernels(x, y), All(x), All(y));

    /// <summary>The biased estimate: with the diagonals, divided by N^2.</summary>
    /// <exception cref="ArgumentException">Rows of different length, or a set of one picture.</exception>
    public static double Biased(FeatureSet x, FeatureSet y)
    {
        var kernels = new Kernels(x, y);
        double sum = 0;
        for (int i = 0; i < x.Count; i++)
            for (int j = 0; j < x.Count; j++)
                sum += kernels.Xx[i][j] / ((double)x.Count * x.Count);
        for (int i = 0; i < y.Count; i++)
            for (int j = 0; j < y.Count; j++)
                sum += kernels.Yy[i][j] / ((double)y.Count * y.Count);
        return sum - 2 * kernels.MeanXy(All(x), All(y));
    }

    /// <summary>Mean and population deviation of the unbiased estimate over random subsets, drawn without replacement.</summary>
    /// <param name="x">One set.</param>
    /// <param name="y">The other.</param>
    /// <param name="subsets">How many subsets; 100 is usual.</param>
    /// <param name="size">Pictures a subset, at least 2; cut to the smaller set.</param>
    /// <param name="seed">Seed of the SplitMix64 stream that draws first from x, then from y, subset by subset.</param>
    public static (double Mean, double Deviation) OverSubsets(FeatureSet x, FeatureSet y, int subsets = 100, int size = 60, ulong seed = 42)
    {
        double[] distances = SubsetDistances(x, y, subsets, size, seed);
        double mean = distances.Average();
        return (mean, Math.Sqrt(distances.Average(d => (d - mean) * (d - mean))));
    }

    /// <summary>The unbiased estimate of every subset of <see cref="OverSubsets"/>.</summary>
    internal static double[] SubsetDistances(FeatureSet x, FeatureSet y, int subsets, int size, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(subsets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        var kernels = new Kernels(x, y);
        var random = new SplitMix64(seed);
        size = Math.Min(size, Math.Min(x.Count, y.Count));
        double[] distances = new double[subsets];
        for (int s = 0; s < subsets; s++)
        {
            int[] fromX = random.Subset(size, x.Count);
            int[] fromY = random.Subset(size, y.Count);
            distances[s] = Unbiased(kernels, fromX, fromY);
        }
        return distances;
    }

    private static int[] All(FeatureSet set) => [.. Enumerable.Range(0, set.Count)];

    private static double Unbiased(Kernels kernels, int[] fromX, int[] fromY) =>
        MeanOffDiagonal(kernels.Xx, fromX) + MeanOffDiagonal(kernels.Yy, fromY) - 2 * kernels.MeanXy(fromX, fromY);

    private static double MeanOffDiagonal(double[][] kernel, int[] rows)
    {
        double sum = 0;
        foreach (int i in rows)
            foreach (int j in rows)
                sum += i == j ? 0 : kernel[i][j];
        return sum / ((double)rows.Length * (rows.Length - 1));
    }

    // All kernel values are computed once, since subsets overlap.
    private sealed class Kernels
    {
        public Kernels(FeatureSet x, FeatureSet y)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            x.RequireSameDimension(y);
            (Xx, Yy, Xy) = (Between(x, x), Between(y, y), Between(x, y));
        }

        public double[][] Xx { get; }

        public double[][] Yy { get; }

        private double[][] Xy { get; }

        public double MeanXy(int[] fromX, int[] fromY) => fromX.Sum(i => fromY.Sum(j => Xy[i][j])) / ((double)fromX.Length * fromY.Length);

        private static double[][] Between(FeatureSet a, FeatureSet b)
        {
            double[][] kernel = new double[a.Count][];
            for (int i = 0; i < a.Count; i++)
            {
                kernel[i] = new double[b.Count];
                for (int j = 0; j < b.Count; j++)
                {
                    double k = DotProduct.Of(a.Row(i), b.Row(j)) / a.Dimension + 1;
                    kernel[i][j] = k * k * k;
                }
            }
            return kernel;
        }
    }
}
