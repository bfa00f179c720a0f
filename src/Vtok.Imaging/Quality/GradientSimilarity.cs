namespace Vtok.Imaging.Quality;

/// <summary>Gradient magnitude similarity (Xue, Zhang, Mou, Bovik 2014) of two planes of 0..255.</summary>
internal static class GradientSimilarity
{
    private const double T = 170;

    /// <summary>Deviation of the similarity map with N - 1.</summary>
    public static double Deviation(Plane a, Plane b)
    {
        double[] map = Map(a, b);
        if (map.Length < 2)
            throw new ArgumentException($"{a.Width}x{a.Height}: GMSD needs a side above 2");
        double mean = map.Sum() / map.Length;
        return Math.Sqrt(map.Sum(q => (q - mean) * (q - mean)) / (map.Length - 1));
    }

    /// <summary>Similarity of gradient magnitudes at half size, borders included, [ceil(H/2), ceil(W/2)].</summary>
    public static double[] Map(Plane a, Plane b)
    {
        double[] gradientA = Magnitude(Shrink(a)), gradientB = Magnitude(Shrink(b));
        double[] map = new double[gradientA.Length];
        for (int i = 0; i < map.Length; i++)
        {
            double x = gradientA[i], y = gradientB[i];
            map[i] = (2 * x * y + T) / (x * x + y * y + T);
        }
        return map;
    }

    // 2x2 means at every second sample; beyond the last row and column lie zeros.
    private static Plane Shrink(Plane plane)
    {
        var half = new Plane((plane.Width + 1) / 2, (plane.Height + 1) / 2);
        for (int y = 0; y < half.Height; y++)
            for (int x = 0; x < half.Width; x++)
                half.Row(y)[x] =
                    (plane.OrZero(2 * x, 2 * y) + plane.OrZero(2 * x, 2 * y + 1) + plane.OrZero(2 * x + 1, 2 * y) + plane.OrZero(2 * x + 1, 2 * y + 1)) / 4;
        return half;
    }

    // Prewitt, zeros outside.
    private static double[] Magnitude(Plane plane)
    {
        double[] magnitude = new double[plane.Values.Length];
        for (int y = 0; y < plane.Height; y++)
            for (int x = 0; x < plane.Width; x++)
            {
                double dx = 0, dy = 0;
                for (int i = -1; i <= 1; i++)
                {
                    dx += plane.OrZero(x + 1, y + i) - plane.OrZero(x - 1, y + i);
                    dy += plane.OrZero(x + i, y + 1) - plane.OrZero(x + i, y - 1);
                }
                magnitude[y * plane.Width + x] = Math.Sqrt(dx * dx + dy * dy) / 3;
            }
        return magnitude;
    }
}
