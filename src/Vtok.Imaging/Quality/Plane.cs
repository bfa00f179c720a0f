namespace Vtok.Imaging.Quality;

/// <summary>One channel of a picture in double, rows top to bottom.</summary>
internal sealed record Plane(int Width, int Height, double[] Values)
{
    public Plane(int width, int height) : this(width, height, new double[width * height]) { }

    public Span<double> Row(int y) => Values.AsSpan(y * Width, Width);

    /// <summary>0.299 R + 0.587 G + 0.114 B, not rounded.</summary>
    public static Plane Luma(RgbImage image)
    {
        var plane = new Plane(image.Width, image.Height);
        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int i = 0; i < plane.Values.Length; i++)
            plane.Values[i] = 0.299 * rgb[i * 3] + 0.587 * rgb[i * 3 + 1] + 0.114 * rgb[i * 3 + 2];
        return plane;
    }

    /// <summary>Channel 0 (red), 1 or 2.</summary>
    public static Plane Channel(RgbImage image, int channel)
    {
        var plane = new Plane(image.Width, image.Height);
        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int i = 0; i < plane.Values.Length; i++)
            plane.Values[i] = rgb[i * 3 + channel];
        return plane;
    }

    /// <summary>A plane of bytes, [H, W].</summary>
    public static Plane Bytes(int width, int height, ReadOnlySpan<byte> values)
    {
        var plane = new Plane(width, height);
        for (int i = 0; i < values.Length; i++)
            plane.Values[i] = values[i];
        return plane;
    }

    /// <summary>Adds a border, mirrored with the edge repeated: c b a | a b c. The border is at most the side.</summary>
    public Plane Mirrored(int border)
    {
        var wide = new Plane(Width + 2 * border, Height + 2 * border);
        for (int y = 0; y < wide.Height; y++)
        {
            Span<double> source = Row(Mirror(y - border, Height));
            Span<double> target = wide.Row(y);
            for (int x = 0; x < wide.Width; x++)
                target[x] = source[Mirror(x - border, Width)];
        }
        return wide;
    }

    /// <summary>2x2 means at every second sample. An odd side gets one zero on both ends, counted in the mean.</summary>
    public Plane Halved()
    {
        int padX = Width % 2, padY = Height % 2;
        var half = new Plane((Width + 2 * padX - 2) / 2 + 1, (Height + 2 * padY - 2) / 2 + 1);
        for (int y = 0; y < half.Height; y++)
            for (int x = 0; x < half.Width; x++)
            {
                int left = 2 * x - padX, top = 2 * y - padY;
                half.Row(y)[x] = (OrZero(left, top) + OrZero(left + 1, top) + OrZero(left, top + 1) + OrZero(left + 1, top + 1)) / 4;
            }
        return half;
    }

    /// <summary>The sample, or 0 outside the plane.</summary>
    public double OrZero(int x, int y) => (uint)x < (uint)Width && (uint)y < (uint)Height ? Values[y * Width + x] : 0;

    private static int Mirror(int i, int side) => i < 0 ? -1 - i : i >= side ? 2 * side - 1 - i : i;
}
