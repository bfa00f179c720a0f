namespace Vtok.Imaging.Quality;

/// <summary>Piecewise cubics through the points with given slopes.</summary>
internal sealed class HermiteCurve : IFittedCurve
{
    private readonly double[] _x, _y, _slopes;

    private HermiteCurve(double[] x, double[] y, double[] slopes) => (_x, _y, _slopes) = (x, y, slopes);

    public double From => _x[0];

    public double To => _x[^1];

    /// <summary>Slopes of Fritsch and Carlson with Butland's mean: no overshoot between points.</summary>
    public static HermiteCurve Pchip(double[] x, double[] y)
    {
        (double[] h, double[] d) = Differences(x, y);
        double[] slopes = new double[x.Length];
        for (int k = 1; k < x.Length - 1; k++)
        {
            double w1 = 2 * h[k] + h[k - 1], w2 = h[k] + 2 * h[k - 1];
            slopes[k] = d[k - 1] * d[k] <= 0 ? 0 : (w1 + w2) / (w1 / d[k - 1] + w2 / d[k]);
        }
        slopes[0] = d.Length == 1 ? d[0] : EndSlope(h[0], h[1], d[0], d[1]);
        slopes[^1] = d.Length == 1 ? d[0] : EndSlope(h[^1], h[^2], d[^1], d[^2]);
        return new HermiteCurve(x, y, slopes);
    }

    /// <summary>Slopes of Akima: the two neighbours on each side, weighted by how little the other side bends.</summary>
    public static HermiteCurve Akima(double[] x, double[] y)
    {
        double[] d = Differences(x, y).Slopes;
        if (d.Length == 1)
            return new HermiteCurve(x, y, [d[0], d[0]]);
        double[] extended = [0, 0, .. d, 0, 0]; // extended[k + 2] = d[k]
        extended[1] = 2 * extended[2] - extended[3];
        extended[0] = 2 * extended[1] - extended[2];
        extended[^2] = 2 * extended[^3] - extended[^4];
        extended[^1] = 2 * extended[^2] - extended[^3];
        double[] w1 = [.. Enumerable.Range(0, x.Length).Select(k => Math.Abs(extended[k + 3] - extended[k + 2]))];
        double[] w2 = [.. Enumerable.Range(0, x.Length).Select(k => Math.Abs(extended[k + 1] - extended[k]))];
        double flat = 1e-9 * w1.Zip(w2, (a, b) => a + b).Max();
        double[] slopes = new double[x.Length];
        for (int k = 0; k < slopes.Length; k++)
        {
            double before = extended[k + 1], after = extended[k + 2];
            slopes[k] = w1[k] + w2[k] <= flat ? (before + after) / 2 : (w1[k] * before + w2[k] * after) / (w1[k] + w2[k]);
        }
        return new HermiteCurve(x, y, slopes);
    }

    public double Integral(double from, double to)
    {
        double sum = 0;
        for (int k = 0; k < _x.Length - 1; k++)
        {
            double a = Math.Max(from, _x[k]), b = Math.Min(to, _x[k + 1]);
            if (a < b)
                sum += Primitive(k, b - _x[k]) - Primitive(k, a - _x[k]);
        }
        return sum;
    }

    private static double EndSlope(double h0, double h1, double d0, double d1)
    {
        double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
        if (Math.Sign(slope) != Math.Sign(d0))
            return 0;
        return Math.Sign(d0) != Math.Sign(d1) && Math.Abs(slope) > 3 * Math.Abs(d0) ? 3 * d0 : slope;
    }

    private static (double[] Steps, double[] Slopes) Differences(double[] x, double[] y)
    {
        double[] h = [.. Enumerable.Range(0, x.Length - 1).Select(k => x[k + 1] - x[k])];
        return (h, [.. h.Select((step, k) => (y[k + 1] - y[k]) / step)]);
    }

    // Integral of piece k over its first s.
    private double Primitive(int k, double s)
    {
        double h = _x[k + 1] - _x[k], d = (_y[k + 1] - _y[k]) / h;
        double c = (3 * d - 2 * _slopes[k] - _slopes[k + 1]) / h;
        double b = (_slopes[k] + _slopes[k + 1] - 2 * d) / (h * h);
        return s * (_y[k] + s * (_slopes[k] / 2 + s * (c / 3 + s * b / 4)));
    }
}
