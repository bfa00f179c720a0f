namespace Vtok.Imaging.Quality;

/// <summary>Rows F with F^T F = the covariance of a feature set.</summary>
/// <remarks>
/// trace (Sx Sy)^(1/2) is the sum of the singular values of Fx Fy^T. For fewer pictures than features F is the centred
/// rows themselves, so nothing larger than the number of pictures is ever decomposed.
/// </remarks>
internal sealed record SquareRootFactor(double[][] Rows)
{
    /// <summary>Trace of the covariance.</summary>
    public double Trace => Rows.Sum(row => row.Sum(v => v * v));

    public static SquareRootFactor Of(FeatureSet set)
    {
        double[][] centred = Centred(set);
        if (set.Count <= set.Dimension)
            return new SquareRootFactor(centred);
        SymmetricEigen eigen = SymmetricEigen.Decompose(Covariance(set));
        return new SquareRootFactor([.. eigen.Vectors.Zip(eigen.Values, (v, value) => v.Select(e => e * Math.Sqrt(Math.Max(value, 0))).ToArray())]);
    }

    /// <summary>Covariance with N - 1, [D][D].</summary>
    public static double[][] Covariance(FeatureSet set)
    {
        double[][] centred = Centred(set);
        double[][] columns = [.. Enumerable.Range(0, set.Dimension).Select(d => centred.Select(row => row[d]).ToArray())];
        return Products(columns, columns);
    }

    /// <summary>Sum of the singular values of Fx Fy^T.</summary>
    public static double NuclearNorm(SquareRootFactor x, SquareRootFactor y)
    {
        (SquareRootFactor small, SquareRootFactor large) = x.Rows.Length <= y.Rows.Length ? (x, y) : (y, x);
        double[][] mixed = Products(small.Rows, large.Rows);
        return SymmetricEigen.Decompose(Products(mixed, mixed)).Values.Sum(value => Math.Sqrt(Math.Max(value, 0)));
    }

    private static double[][] Centred(FeatureSet set)
    {
        double[] mean = set.Mean();
        double scale = 1 / Math.Sqrt(set.Count - 1);
        return [.. Enumerable.Range(0, set.Count).Select(i => set.Row(i).ToArray().Zip(mean, (v, m) => (v - m) * scale).ToArray())];
    }

    // A B^T of two lists of rows.
    private static double[][] Products(double[][] a, double[][] b) => [.. a.Select(x => b.Select(y => DotProduct.Of(x, y)).ToArray())];
}
