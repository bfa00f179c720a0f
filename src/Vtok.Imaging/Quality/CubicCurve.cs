namespace Vtok.Imaging.Quality;

/// <summary>The least-squares polynomial of degree 3, over x centred and scaled to -1..1.</summary>
internal sealed class CubicCurve : IFittedCurve
{
    private const int Terms = 4;
    private readonly double _center, _radius;
    private readonly double[] _coefficients;

    public CubicCurve(double[] x, double[] y)
    {
        (From, To) = (x[0], x[^1]);
        (_center, _radius) = ((From + To) / 2, (To - From) / 2);
        double[,] normal = new double[Terms, Terms + 1];
        for (int i = 0; i < x.Length; i++)
            for (int row = 0; row < Terms; row++)
            {
                double t = (x[i] - _center) / _radius, power = Math.Pow(t, row);
                for (int column = 0; column < Terms; column++)
                    normal[row, column] += power * Math.Pow(t, column);
                normal[row, Terms] += power * y[i];
            }
        _coefficients = Solve(normal);
    }

    public double From { get; }

    public double To { get; }

    public double Integral(double from, double to) => Primitive((to - _center) / _radius) - Primitive((from - _center) / _radius);

    private double Primitive(double t)
    {
        double sum = 0;
        for (int i = Terms - 1; i >= 0; i--)
            sum = (sum + _coefficients[i] / (i + 1)) * t;
        return sum * _radius;
    }

    // Elimination with row exchange; the last column is the right-hand side.
    private static double[] Solve(double[,] m)
    {
        for (int pivot = 0; pivot < Terms; pivot++)
        {
            int best = Enumerable.Range(pivot, Terms - pivot).MaxBy(row => Math.Abs(m[row, pivot]));
            for (int column = 0; column <= Terms; column++)
                (m[pivot, column], m[best, column]) = (m[best, column], m[pivot, column]);
            for (int row = 0; row < Terms; row++)
            {
                double factor = row == pivot ? 0 : m[row, pivot] / m[pivot, pivot];
                for (int column = pivot; column <= Terms; column++)
                    m[row, column] -= factor * m[pivot, column];
            }
        }
        return [.. Enumerable.Range(0, Terms).Select(row => m[row, Terms] / m[row, row])];
    }
}
