namespace Vtok.Imaging.Quality;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix.</summary>
/// <param name="Values">In no order.</param>
/// <param name="Vectors">One row an eigenvalue, of length 1.</param>
internal sealed record SymmetricEigen(double[] Values, double[][] Vectors)
{
    private const int MaxSweeps = 60;

    /// <summary>Cyclic Jacobi rotations until all that lies off the diagonal is below the rounding error of the matrix.</summary>
    public static SymmetricEigen Decompose(double[][] matrix)
    {
        int n = matrix.Length;
        double[][] a = [.. matrix.Select(row => (double[])row.Clone())];
        double[][] vectors = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0).ToArray())];
        double negligible = 1e-17 * a.Sum(row => row.Sum(Math.Abs));
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            bool rotated = false;
            for (int p = 0; p < n - 1; p++)
                for (int q = p + 1; q < n; q++)
                    if (Math.Abs(a[p][q]) > negligible)
                    {
                        Rotate(a, vectors, p, q);
                        rotated = true;
                    }
            if (!rotated)
                break;
        }
        return new SymmetricEigen([.. a.Select((row, i) => row[i])], vectors);
    }

    // Turns rows and columns p and q so that a[p][q] vanishes.
    private static void Rotate(double[][] a, double[][] vectors, int p, int q)
    {
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double cosine = 1 / Math.Sqrt(t * t + 1), sine = t * cosine;
        foreach (double[] row in a)
            (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
        Turn(a[p], a[q], cosine, sine);
        Turn(vectors[p], vectors[q], cosine, sine);
    }

    private static void Turn(double[] p, double[] q, double cosine, double sine)
    {
        for (int i = 0; i < p.Length; i++)
            (p[i], q[i]) = (cosine * p[i] - sine * q[i], sine * p[i] + cosine * q[i]);
    }
}
