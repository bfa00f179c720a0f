using System.Numerics;
using Vtok.Imaging.Interpolation;

namespace Vtok.Imaging;

/// <summary>torch's <c>interpolate</c> over planes of float or double, and torchvision's form for byte tensors.</summary>
/// <remarks>
/// All arithmetic is done in <c>T</c>, as torch does. With antialias a shrink widens the filter (Pillow's rule in floating
/// point); without it a shrink reads 2 or 4 samples whatever the factor. Results are not clamped.
/// </remarks>
public static class FloatResampler
{
    /// <summary>Resizes planes [planes, height, width] to [planes, newHeight, newWidth].</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">planes * height * width values.</param>
    /// <param name="height">1 or more.</param>
    /// <param name="width">1 or more.</param>
    /// <param name="newHeight">1 or more.</param>
    /// <param name="newWidth">1 or more.</param>
    /// <param name="mode">How values are made.</param>
    /// <param name="antialias">For bilinear and bicubic only.</param>
    /// <param name="scaleFactor">
    /// torch's <c>scale_factor</c> without <c>recompute_scale_factor</c>: positions then advance by 1 / scaleFactor. Null: by the ratio of the sizes.
    /// </param>
    public static T[] Resize<T>(
        ReadOnlySpan<T> source, int height, int width, int newHeight, int newWidth, InterpolationMode mode, bool antialias = false, double? scaleFactor = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newWidth, 1);
        if (source.Length % (height * width) != 0)
            throw new ArgumentException($"{source.Length} values are not a whole number of {height}x{width} planes", nameof(source));
        if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
            throw new ArgumentException($"{mode} has no antialias form", nameof(antialias));

        AxisTaps<T> columns = AxisTaps<T>.Create(width, newWidth, mode, antialias, scaleFactor);
        AxisTaps<T> rows = AxisTaps<T>.Create(height, newHeight, mode, antialias, scaleFactor);
        int planes = source.Length / (height * width);
        T[] result = new T[checked(planes * newHeight * newWidth)];
        T[] narrowed = new T[height * newWidth];
        for (int p = 0; p < planes; p++)
        {
            ReadOnlySpan<T> plane = source.Slice(p * height * width, height * width);
            for (int y = 0; y < height; y++)
                Horizontal(plane.Slice(y * width, width), narrowed.AsSpan(y * newWidth, newWidth), columns);
            Span<T> target = result.AsSpan(p * newHeight * newWidth, newHeight * newWidth);
            for (int y = 0; y < newHeight; y++)
                Vertical(narrowed, target.Slice(y * newWidth, newWidth), rows, y);
        }
        return result;
    }

    /// <summary>torchvision's resize of a byte tensor: through float32, clamped to 0..255, rounded half to even.</summary>
    /// <param name="source">planes * height * width bytes.</param>
    /// <param name="height">1 or more.</param>
    /// <param name="width">1 or more.</param>
    /// <param name="newHeight">1 or more.</param>
    /// <param name="newWidth">1 or more.</param>
    /// <param name="mode">How values are made.</param>
    /// <param name="antialias">Off by default up to torchvision 0.16, on from 0.17.</param>
    public static byte[] ResizeBytes(ReadOnlySpan<byte> source, int height, int width, int newHeight, int newWidth, InterpolationMode mode, bool antialias)
    {
        float[] values = new float[source.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = source[i];
        float[] resized = Resize<float>(values, height, width, newHeight, newWidth, mode, antialias);
        byte[] result = new byte[resized.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = (byte)MathF.Round(Math.Clamp(resized[i], 0, 255), MidpointRounding.ToEven);
        return result;
    }

    private static void Horizontal<T>(ReadOnlySpan<T> source, Span<T> target, AxisTaps<T> taps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int x = 0; x < target.Length; x++)
        {
            T sum = T.Zero;
            for (int k = x * taps.Size; k < x * taps.Size + taps.Count[x]; k++)
                sum += source[taps.Index[k]] * taps.Weight[k];
            target[x] = sum;
        }
    }

    private static void Vertical<T>(ReadOnlySpan<T> source, Span<T> target, AxisTaps<T> taps, int y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        target.Clear();
        for (int k = y * taps.Size; k < y * taps.Size + taps.Count[y]; k++)
        {
            ReadOnlySpan<T> row = source.Slice(taps.Index[k] * target.Length, target.Length);
            T weight = taps.Weight[k];
            for (int x = 0; x < target.Length; x++)
                target[x] += row[x] * weight;
        }
    }
}
