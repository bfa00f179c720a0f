namespace Vtok.Imaging;

/// <summary>A picture in 8-bit sRGB, interleaved R G B, rows top to bottom without padding.</summary>
public sealed class RgbImage
{
    /// <summary>Largest allowed side.</summary>
    public const int MaxSide = 65535;

    /// <summary>Most pixels: three bytes of each must fit one array.</summary>
    public const int MaxPixels = 0x7FFFFFC7 / 3;

    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">1..65535.</param>
    /// <param name="height">1..65535.</param>
    /// <param name="pixels">width * height * 3 bytes.</param>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int expected = ByteCount(width, height);
        if (pixels.Length != expected)
            throw new ArgumentException($"{pixels.Length} bytes, expected {expected} for {width}x{height}", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Creates a black picture.</summary>
    /// <param name="width">1..65535.</param>
    /// <param name="height">1..65535; at most <see cref="MaxPixels"/> in all.</param>
    public RgbImage(int width, int height) : this(width, height, new byte[ByteCount(width, height)]) { }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Interleaved bytes, [H, W, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Row <paramref name="y"/>: width * 3 bytes.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * 3, Width * 3);

    private static int ByteCount(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxSide);
        long pixels = (long)width * height;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels, MaxPixels, nameof(height));
        return (int)pixels * 3;
    }
}
