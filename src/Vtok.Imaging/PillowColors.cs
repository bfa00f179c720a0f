namespace Vtok.Imaging;

/// <summary>Colour conversions with Pillow's bytes. Metrics use their own unrounded luma.</summary>
public static class PillowColors
{
    private const int TableBits = 6;

    private static readonly double[][] Coefficients = [[0.299, 0.587, 0.114], [-0.16874, -0.33126, 0.5], [0.5, -0.41869, -0.08131]];

    // [output channel][input channel][value]
    // Quirk: negative entries are rounded toward zero after adding a half, as the cast in the original does; true rounding changes single levels.
    private static readonly int[][][] Tables =
        [.. Coefficients.Select(row => row.Select(c => Enumerable.Range(0, 256).Select(v => (int)(c * (1 << TableBits) * v + 0.5)).ToArray()).ToArray())];

    /// <summary><c>convert("L")</c>: BT.601 luma in 16-bit fixed point, [H, W].</summary>
    public static byte[] Gray(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] gray = new byte[image.Width * image.Height];
        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)((19595 * rgb[i * 3] + 38470 * rgb[i * 3 + 1] + 7471 * rgb[i * 3 + 2] + 32768) >> 16);
        return gray;
    }

    /// <summary><c>convert("YCbCr")</c>: JFIF through tables of 1/64, [H, W, 3]. Not the bytes of libjpeg.</summary>
    public static byte[] YCbCr(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] result = new byte[image.Pixels.Length];
        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int i = 0; i < result.Length; i += 3)
            for (int c = 0; c < 3; c++)
                result[i + c] = (byte)(((Tables[c][0][rgb[i]] + Tables[c][1][rgb[i + 1]] + Tables[c][2][rgb[i + 2]]) >> TableBits) + (c == 0 ? 0 : 128));
        return result;
    }
}
