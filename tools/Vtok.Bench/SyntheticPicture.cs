using Vtok.Imaging;

namespace Vtok.Bench;

/// <summary>A picture with smooth parts, edges and grain, so that its files cost about what those of a photograph do.</summary>
internal static class SyntheticPicture
{
    public static RgbImage Create(int width, int height)
    {
        RgbImage image = new(width, height);
        Random grain = new(1);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.Row(y);
            for (int i = 0; i < row.Length; i++)
            {
                int x = i / 3;
                double smooth = 110 + 60 * Math.Sin((x + 40 * (i % 3)) * 0.013) * Math.Cos(y * 0.017);
                double edge = (x / 90 + y / 70) % 2 * 35;
                row[i] = (byte)Math.Clamp(smooth + edge + grain.Next(-7, 8), 0, 255);
            }
        }
        return image;
    }
}
