using Vtok.Imaging.Quality;

namespace Vtok.Imaging;

/// <summary>Mean difference of two rate-quality curves over the interval that both cover. Rates enter as log10.</summary>
/// <param name="Value">Percent of rate, negative when the test needs fewer bytes; or quality, positive when the test is better.</param>
/// <param name="From">Begin of the interval: quality for a rate difference, rate for a quality difference.</param>
/// <param name="To">End of the interval.</param>
/// <param name="ShortOverlap">The interval is shorter than half of either curve: say so beside the number.</param>
public sealed record BjontegaardDelta(double Value, double From, double To, bool ShortOverlap)
{
    /// <summary>BD-rate: how much more rate the test needs for the same quality, in percent. Null when the curves do not overlap.</summary>
    /// <param name="anchor">Points (rate, quality) of the anchor, in any order.</param>
    /// <param name="test">Points of the test.</param>
    /// <param name="method">How the curves are drawn.</param>
    /// <exception cref="ArgumentException">Too few points, a rate that is not positive, or two points of one quality.</exception>
    public static BjontegaardDelta? Rate(
        IReadOnlyList<(double Rate, double Quality)> anchor, IReadOnlyList<(double Rate, double Quality)> test, BjontegaardMethod method = BjontegaardMethod.Pchip)
    {
        BjontegaardDelta? delta = Between(anchor, test, p => p.Quality, p => Math.Log10(p.Rate), method);
        return delta is null ? null : delta with { Value = (Math.Pow(10, delta.Value) - 1) * 100 };
    }

    /// <summary>BD-quality (BD-PSNR): how much better the test is at the same rate. Null when the curves do not overlap.</summary>
    /// <param name="anchor">Points (rate, quality) of the anchor, in any order.</param>
    /// <param name="test">Points of the test.</param>
    /// <param name="method">How the curves are drawn.</param>
    /// <exception cref="ArgumentException">Too few points, a rate that is not positive, or two points of one rate.</exception>
    public static BjontegaardDelta? Quality(
        IReadOnlyList<(double Rate, double Quality)> anchor, IReadOnlyList<(double Rate, double Quality)> test, BjontegaardMethod method = BjontegaardMethod.Pchip)
    {
        BjontegaardDelta? delta = Between(anchor, test, p => Math.Log10(p.Rate), p => p.Quality, method);
        return delta is null ? null : delta with { From = Math.Pow(10, delta.From), To = Math.Pow(10, delta.To) };
    }

    private static BjontegaardDelta? Between(
        IReadOnlyList<(double Rate, double Quality)> anchor, IReadOnlyList<(double Rate, double Quality)> test,
        Func<(double Rate, double Quality), double> abscissa, Func<(double Rate, double Quality), double> ordinate, BjontegaardMethod method)
    {
        IFittedCurve anchorCurve = Fit(anchor, abscissa, ordinate, method), testCurve = Fit(test, abscissa, ordinate, method);
        double from = Math.Max(anchorCurve.From, testCurve.From), to = Math.Min(anchorCurve.To, testCurve.To);
        if (!(from < to))
            return null;
        double mean = (testCurve.Integral(from, to) - anchorCurve.Integral(from, to)) / (to - from);
        bool isShort = to - from < 0.5 * Math.Max(anchorCurve.To - anchorCurve.From, testCurve.To - testCurve.From);
        return new BjontegaardDelta(mean, from, to, isShort);
    }

    private static IFittedCurve Fit(
        IReadOnlyList<(double Rate, double Quality)> points,
        Func<(double Rate, double Quality), double> abscissa, Func<(double Rate, double Quality), double> ordinate, BjontegaardMethod method)
    {
        ArgumentNullException.ThrowIfNull(points);
        int least = method == BjontegaardMethod.Cubic ? 4 : 2;
        if (points.Count < least)
            throw new ArgumentException($"{points.Count} points, {method} needs {least}", nameof(points));
        if (points.Any(p => !(p.Rate > 0) || !double.IsFinite(p.Rate) || !double.IsFinite(p.Quality)))
            throw new ArgumentException("a rate is not positive, or a point is not finite", nameof(points));
        (double Rate, double Quality)[] sorted = [.. points.OrderBy(abscissa)];
        double[] x = [.. sorted.Select(abscissa)], y = [.. sorted.Select(ordinate)];
        for (int i = 1; i < x.Length; i++)
            if (x[i] == x[i - 1])
                throw new ArgumentException($"two points lie at {x[i]}, each must have its own", nameof(points));
        return method switch
        {
            BjontegaardMethod.Pchip => HermiteCurve.Pchip(x, y),
            BjontegaardMethod.Akima => HermiteCurve.Akima(x, y),
            _ => new CubicCurve(x, y),
        };
    }
}
