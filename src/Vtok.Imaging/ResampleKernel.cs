namespace Vtok.Imaging;

/// <summary>Coefficients of one axis of Pillow's resampler: for every output sample a window of source samples and their weights.</summary>
internal sealed class ResampleKernel
{
    /// <summary>Fraction bits of <see cref="Fixed"/>: 32 - 8 bits of the sample - 2 bits of headroom.</summary>
    public const int PrecisionBits = 22;

    private ResampleKernel(int size, int length) =>
        (Size, Start, Count, Weights, Fixed) = (size, new int[length], new int[length], new double[(long)size * length], new int[(long)size * length]);

    /// <summary>Row length of the tables.</summary>
    public int Size { get; }

    /// <summary>First source sample of every output sample.</summary>
    public int[] Start { get; }

    /// <summary>Number of source samples of every output sample.</summary>
    public int[] Count { get; }

    /// <summary>Real weights, [output, Size], zero padded; a row sums to 1.</summary>
    public double[] Weights { get; }

    /// <summary>The weights in 22-bit fixed point. A row need not sum to 2^22.</summary>
    public int[] Fixed { get; }

    /// <summary>Builds the tables for a source of <paramref name="input"/> samples of which [<paramref name="from"/>, <paramref name="to"/>) is read.</summary>
    public static ResampleKernel Create(int input, int output, float from, float to, ResampleFilter filter)
    {
        double scale = (double)(to - from) / output;
        double filterScale = Math.Max(scale, 1.0);
        double support = Support(filter) * filterScale;
        var kernel = new ResampleKernel((int)Math.Ceiling(support) * 2 + 1, output);
        for (int i = 0; i < output; i++)
        {
            double center = from + (i + 0.5) * scale;
            double inverse = 1.0 / filterScale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int count = Math.Min(input, (int)(center + support + 0.5)) - first;
            Span<double> weights = kernel.Weights.AsSpan(i * kernel.Size, count);
            double sum = 0;
            for (int x = 0; x < count; x++)
                sum += weights[x] = Evaluate(filter, (x + first - center + 0.5) * inverse);
            Span<int> rounded = kernel.Fixed.AsSpan(i * kernel.Size, count);
            for (int x = 0; x < count; x++)
            {
                if (sum != 0)
                    weights[x] /= sum;
                rounded[x] = (int)((weights[x] < 0 ? -0.5 : 0.5) + weights[x] * (1 << PrecisionBits));
            }
            (kernel.Start[i], kernel.Count[i]) = (first, count);
        }
        return kernel;
    }

    private static double Support(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Box => 0.5,
        ResampleFilter.Bilinear or ResampleFilter.Hamming => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "not a filter with a kernel"),
    };

    private static double Evaluate(ResampleFilter filter, double x) => filter switch
    {
        ResampleFilter.Box => x > -0.5 && x <= 0.5 ? 1 : 0,
        ResampleFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
        ResampleFilter.Hamming => Hamming(Math.Abs(x)),
        ResampleFilter.Bicubic => Bicubic(Math.Abs(x)),
        _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Hamming(double x)
    {
        if (x == 0)
            return 1;
        if (x >= 1)
            return 0;
        x *= Math.PI;
        // Quirk: the two constants are single precision in the original; doubles would move coefficients by 1e-8.
        return Math.Sin(x) / x * (0.54f + 0.46f * Math.Cos(x));
    }

    private static double Bicubic(double x)
    {
        const double A = -0.5;
        if (x < 1)
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x)
    {
        if (x == 0)
            return 1;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
