using System.Numerics;

namespace Vtok.Imaging.Interpolation;

/// <summary>One axis of torch's <c>interpolate</c>: for every output sample the source samples it reads and their weights.</summary>
internal sealed class AxisTaps<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Half = T.CreateChecked(0.5);

    private AxisTaps(int size, int output) => (Size, Count, Index, Weight) = (size, new int[output], new int[size * output], new T[size * output]);

    /// <summary>Row length of the tables.</summary>
    public int Size { get; }

    /// <summary>Samples read by each output sample.</summary>
    public int[] Count { get; }

    /// <summary>Source positions, [output, Size].</summary>
    public int[] Index { get; }

    /// <summary>Weights, [output, Size].</summary>
    public T[] Weight { get; }

    /// <summary>Builds the tables.</summary>
    public static AxisTaps<T> Create(int input, int output, InterpolationMode mode, bool antialias, double? scaleFactor)
    {
        T scale = scaleFactor is double factor ? T.CreateChecked(1.0 / factor) : T.CreateChecked(input) / T.CreateChecked(output);
        return mode switch
        {
            InterpolationMode.Nearest => Nearest(input, output, scaleFactor, 0),
            InterpolationMode.NearestExact => Nearest(input, output, scaleFactor, 0.5f),
            InterpolationMode.Area => Area(input, output),
            InterpolationMode.Bilinear => antialias ? Antialiased(input, output, scale, 1) : Bilinear(input, output, scale),
            InterpolationMode.Bicubic => antialias ? Antialiased(input, output, scale, 2) : Bicubic(input, output, scale),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "unknown mode"),
        };
    }

    // Quirk: torch computes these positions in float32 whatever the type of the tensor.
    private static AxisTaps<T> Nearest(int input, int output, double? scaleFactor, float offset)
    {
        float scale = scaleFactor is double factor ? (float)(1.0 / factor) : (float)input / output;
        var taps = new AxisTaps<T>(1, output);
        for (int i = 0; i < output; i++)
            taps.Set(i, 0, Math.Min((int)MathF.Floor((i + offset) * scale), input - 1), T.One);
        return taps;
    }

    private static AxisTaps<T> Area(int input, int output)
    {
        var taps = new AxisTaps<T>((input + output - 1) / output + 1, output);
        for (int i = 0; i < output; i++)
        {
            int first = (int)((long)i * input / output);
            int end = (int)(((long)(i + 1) * input + output - 1) / output);
            for (int x = first; x < end; x++)
                taps.Set(i, x - first, x, T.One / T.CreateChecked(end - first));
        }
        return taps;
    }

    private static AxisTaps<T> Bilinear(int input, int output, T scale)
    {
        var taps = new AxisTaps<T>(2, output);
        for (int i = 0; i < output; i++)
        {
            T position = T.Max(T.Zero, scale * (T.CreateChecked(i) + Half) - Half);
            int first = Math.Min(int.CreateTruncating(position), input - 1);
            T fraction = position - T.CreateChecked(first);
            taps.Set(i, 0, first, T.One - fraction);
            taps.Set(i, 1, Math.Min(first + 1, input - 1), fraction);
        }
        return taps;
    }

    private static AxisTaps<T> Bicubic(int input, int output, T scale)
    {
        T a = T.CreateChecked(-0.75);
        var taps = new AxisTaps<T>(4, output);
        for (int i = 0; i < output; i++)
        {
            T position = scale * (T.CreateChecked(i) + Half) - Half;
            T floor = T.Floor(position);
            T t = position - floor;
            ReadOnlySpan<T> weights = [CubicFar(t + T.One, a), CubicNear(t, a), CubicNear(T.One - t, a), CubicFar(T.One - t + T.One, a)];
            for (int k = 0; k < 4; k++)
                taps.Set(i, k, Math.Clamp(int.CreateTruncating(floor) - 1 + k, 0, input - 1), weights[k]); // the border is repeated
        }
        return taps;
    }

    private static AxisTaps<T> Antialiased(int input, int output, T scale, int radius)
    {
        T support = T.CreateChecked(radius) * T.Max(scale, T.One);
        T inverse = scale >= T.One ? T.One / scale : T.One;
        var taps = new AxisTaps<T>(int.CreateTruncating(T.Ceiling(support)) * 2 + 1, output);
        for (int i = 0; i < output; i++)
        {
            T center = scale * (T.CreateChecked(i) + Half);
            int first = Math.Max(int.CreateTruncating(center - support + Half), 0);
            int count = Math.Min(int.CreateTruncating(center + support + Half), input) - first;
            T sum = T.Zero;
            for (int k = 0; k < count; k++)
            {
                T x = T.Abs((T.CreateChecked(k + first) - center + Half) * inverse);
                T weight = radius == 1 ? T.Max(T.Zero, T.One - x) : CubicAntialias(x);
                taps.Set(i, k, first + k, weight);
                sum += weight;
            }
            for (int k = 0; k < count; k++)
                taps.Weight[i * taps.Size + k] /= sum;
        }
        return taps;
    }

    // Quirk: with antialias torch follows Pillow's a = -0.5, without it OpenCV's a = -0.75.
    private static T CubicAntialias(T x)
    {
        T a = T.CreateChecked(-0.5);
        return x < T.One ? CubicNear(x, a) : x < T.CreateChecked(2) ? CubicFar(x, a) : T.Zero;
    }

    private static T CubicNear(T x, T a) => ((a + T.CreateChecked(2)) * x - (a + T.CreateChecked(3))) * x * x + T.One;

    private static T CubicFar(T x, T a) => ((a * x - T.CreateChecked(5) * a) * x + T.CreateChecked(8) * a) * x - T.CreateChecked(4) * a;

    private void Set(int output, int tap, int index, T weight)
    {
        (Index[output * Size + tap], Weight[output * Size + tap]) = (index, weight);
        Count[output] = tap + 1;
    }
}
