using Vtok.Imaging;

namespace Vtok.Codec;

/// <summary>Windows that may reach over the right and lower border of a picture.</summary>
internal static class Borders
{
    /// <summary>Copies a window; what lies outside repeats the last row and column.</summary>
    public static RgbImage Window(RgbImage picture, int left, int top, int width, int height)
    {
        var window = new RgbImage(width, height);
        int inside = Math.Min(width, picture.Width - left);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = window.Row(y);
            picture.Row(Math.Min(top + y, picture.Height - 1)).Slice(left * 3, inside * 3).CopyTo(row);
            for (int x = inside; x < width; x++)
                row.Slice((inside - 1) * 3, 3).CopyTo(row[(x * 3)..]);
        }
        return window;
    }
}
