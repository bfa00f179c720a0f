using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vtok.Imaging;

/// <summary>Resizes 8-bit pictures to the same bytes as Pillow's <c>Image.resize</c> (9.4; its arithmetic is unchanged up to 12.1).</summary>
/// <remarks>
/// Two passes, horizontal then vertical, each rounded and clipped to 8 bit, in 22-bit fixed point. A shrink widens the filter
/// (antialias); at the border the window is cut and renormalised. Works on sRGB code values, never on linear light.
/// </remarks>
public static class Resampler
{
    private const int Half = 1 << (ResampleKernel.PrecisionBits - 1);

    /// <summary>Resizes a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">New width, 1..65535.</param>
    /// <param name="height">New height, 1..65535.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="box">The part of the source to read; null is all of it. Pixels outside but under the filter still count.</param>
    /// <returns>A new picture, also when nothing changes.</returns>
    public static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter, ResampleBox? box = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new RgbImage(width, height, Resize(image.Pixels, image.Width, image.Height, 3, width, height, filter, box));
    }

    /// <summary>Resizes interleaved 8-bit samples of any number of channels, each on its own.</summary>
    /// <param name="pixels">[H, W, channels].</param>
    /// <param name="width">Width of the source.</param>
    /// <param name="height">Height of the source.</param>
    /// <param name="channels">1 or more.</param>
    /// <param name="newWidth">1 or more.</param>
    /// <param name="newHeight">1 or more.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="box">The part of the source to read; null is all of it.</param>
    /// <returns>[newHeight, newWidth, channels].</returns>
    public static byte[] Resize(
        ReadOnlySpan<byte> pixels, int width, int height, int channels, int newWidth, int newHeight, ResampleFilter filter, ResampleBox? box = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newHeight, 1);
        if (pixels.Length != (long)width * height * channels)
            throw new ArgumentException($"{pixels.Length} bytes, expected {(long)width * height * channels} for {width}x{height}x{channels}", nameof(pixels));
        ResampleBox part = box ?? new ResampleBox(0, 0, width, height);
        part.Validate(width, height);
        if (filter == ResampleFilter.Nearest)
            return Nearest(pixels, width, channels, newWidth, newHeight, part);

        // Quirk: the box is compared with the new size. For a whole-picture box this is "the size changes".
        bool horizontal = newWidth != width || part.Left != 0 || part.Right != newWidth;
        bool vertical = newHeight != height || part.Top != 0 || part.Bottom != newHeight;
        if (!vertical)
            return horizontal ? Horizontal(pixels, width, height, channels, ResampleKernel.Create(width, newWidth, part.Left, part.Right, filter)) : pixels.ToArray();

        ResampleKernel rows = ResampleKernel.Create(height, newHeight, part.Top, part.Bottom, filter);
        if (!horizontal)
            return Vertical(pixels, width * channels, 0, rows);
        int first = rows.Start[0];
        int last = rows.Start[^1] + rows.Count[^1];
        ReadOnlySpan<byte> needed = pixels[(first * width * channels)..(last * width * channels)];
        byte[] narrowed = Horizontal(needed, width, last - first, channels, ResampleKernel.Create(width, newWidth, part.Left, part.Right, filter));
        return Vertical(narrowed, newWidth * channels, first, rows);
    }

    private static byte[] Nearest(ReadOnlySpan<byte> pixels, int width, int channels, int newWidth, int newHeight, ResampleBox box)
    {
        int[] columns = NearestIndices(newWidth, box.Left, box.Right);
        int[] rows = NearestIndices(newHeight, box.Top, box.Bottom);
        byte[] result = new byte[checked(newWidth * newHeight * channels)];
        int target = 0;
        foreach (int row in rows)
        {
            ReadOnlySpan<byte> source = pixels.Slice(row * width * channels, width * channels);
            foreach (int column in columns)
                for (int c = 0; c < channels; c++)
                    result[target++] = source[column * channels + c];
        }
        return result;
    }

    private static int[] NearestIndices(int output, float from, float to)
    {
        double scale = ((double)to - from) / output;
        double position = from + scale * 0.5;
        int[] indices = new int[output];
        for (int i = 0; i < output; i++, position += scale)
            indices[i] = Math.Min((int)position, (int)MathF.Ceiling(to) - 1);
        return indices;
    }

    private static byte[] Horizontal(ReadOnlySpan<byte> pixels, int width, int height, int channels, ResampleKernel kernel)
    {
        int newWidth = kernel.Start.Length;
        byte[] result = new byte[checked(newWidth * height * channels)];
        byte[] row = new byte[width * channels + sizeof(int)]; // the tail lets the last pixel be read as four bytes
        for (int y = 0; y < height; y++)
        {
            pixels.Slice(y * width * channels, width * channels).CopyTo(row);
            Span<byte> target = result.AsSpan(y * newWidth * channels, newWidth * channels);
            if (channels == 3)
                RgbRow(row, target, kernel);
            else
                AnyRow(row, target, channels, kernel);
        }
        return result;
    }

    private static void RgbRow(ReadOnlySpan<byte> row, Span<byte> target, ResampleKernel kernel)
    {
        for (int i = 0; i < kernel.Start.Length; i++)
        {
            ReadOnlySpan<int> weights = kernel.Fixed.AsSpan(i * kernel.Size, kernel.Count[i]);
            ref byte source = ref Unsafe.AsRef(in row.Slice(kernel.Start[i] * 3, weights.Length * 3 + 1)[0]);
            Vector128<int> sum = Vector128.Create(Half); // R G B and a fourth lane that is thrown away
            for (int x = 0; x < weights.Length; x++)
            {
                Vector128<byte> four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, x * 3))).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32() * weights[x];
            }
            Vector128<int> clipped = Vector128.Clamp(sum >> ResampleKernel.PrecisionBits, Vector128<int>.Zero, Vector128.Create(255));
            target[i * 3] = (byte)clipped[0];
            target[i * 3 + 1] = (byte)clipped[1];
            target[i * 3 + 2] = (byte)clipped[2];
        }
    }

    private static void AnyRow(ReadOnlySpan<byte> row, Span<byte> target, int channels, ResampleKernel kernel)
    {
        for (int i = 0; i < kernel.Start.Length; i++)
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<int> weights = kernel.Fixed.AsSpan(i * kernel.Size, kernel.Count[i]);
                int sum = Half;
                for (int x = 0; x < weights.Length; x++)
                    sum += row[(kernel.Start[i] + x) * channels + c] * weights[x];
                target[i * channels + c] = Clip(sum);
            }
    }

    private static byte[] Vertical(ReadOnlySpan<byte> pixels, int stride, int firstRow, ResampleKernel kernel)
    {
        int newHeight = kernel.Start.Length;
        byte[] result = new byte[checked(stride * newHeight)];
        for (int y = 0; y < newHeight; y++)
        {
            ReadOnlySpan<int> weights = kernel.Fixed.AsSpan(y * kernel.Size, kernel.Count[y]);
            ReadOnlySpan<byte> source = pixels.Slice((kernel.Start[y] - firstRow) * stride, weights.Length * stride);
            Span<byte> target = result.AsSpan(y * stride, stride);
            int x = 0;
            for (; x <= stride - Vector<byte>.Count; x += Vector<byte>.Count)
                VectorColumn(source[x..], stride, weights).CopyTo(target[x..]);
            for (; x < stride; x++)
            {
                int sum = Half;
                for (int k = 0; k < weights.Length; k++)
                    sum += source[k * stride + x] * weights[k];
                target[x] = Clip(sum);
            }
        }
        return result;
    }

    private static Vector<byte> VectorColumn(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<int> weights)
    {
        Vector<int> a = new(Half), b = a, c = a, d = a;
        for (int k = 0; k < weights.Length; k++)
        {
            Vector.Widen(MemoryMarshal.Read<Vector<byte>>(source[(k * stride)..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            int weight = weights[k];
            a += Vector.AsVectorInt32(first) * weight;
            b += Vector.AsVectorInt32(second) * weight;
            c += Vector.AsVectorInt32(third) * weight;
            d += Vector.AsVectorInt32(fourth) * weight;
        }
        return Vector.AsVectorByte(Vector.Narrow(Narrow(a, b), Narrow(c, d)));
    }

    private static Vector<ushort> Narrow(Vector<int> low, Vector<int> high) => Vector.Narrow(Vector.AsVectorUInt32(Clip(low)), Vector.AsVectorUInt32(Clip(high)));

    private static Vector<int> Clip(Vector<int> sum) =>
        Vector.Min(Vector.Max(Vector.ShiftRightArithmetic(sum, ResampleKernel.PrecisionBits), Vector<int>.Zero), new Vector<int>(255));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleKernel.PrecisionBits, 0, 255);
}
