namespace Vtok.Imaging.Vips;

/// <summary>The EXIF orientation: how stored pixels are turned to stand upright.</summary>
internal static class Orientation
{
    /// <summary>Whether the upright picture has the stored sides exchanged.</summary>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>Turns stored pixels upright. 1 (and anything outside 2..8) returns the picture itself.</summary>
    public static RgbImage Upright(RgbImage stored, int orientation)
    {
        if (orientation is < 2 or > 8)
            return stored;
        int w = stored.Width, h = stored.Height;
        RgbImage upright = SwapsSides(orientation) ? new RgbImage(h, w) : new RgbImage(w, h);

        // Walking along an upright row moves by `right` stored pixels, to the next row by `down`.
        (int origin, int right, int down) = orientation switch
        {
            2 => (w - 1, -1, w),
            3 => (w * h - 1, -1, -w),
            4 => (w * (h - 1), 1, -w),
            5 => (0, w, 1),
            6 => (w * (h - 1), -w, 1),
            7 => (w * h - 1, -w, -1),
            _ => (w - 1, w, -1),
        };
        ReadOnlySpan<byte> source = stored.Pixels;
        for (int y = 0; y < upright.Height; y++)
        {
            Span<byte> row = upright.Row(y);
            int pixel = origin + y * down;
            for (int x = 0; x < row.Length; x += 3, pixel += right)
                source.Slice(pixel * 3, 3).CopyTo(row[x..]);
        }
        return upright;
    }
}
