namespace Vtok.Imaging.Tests;

/// <summary>Pictures made in code.</summary>
internal static class Pictures
{
    /// <summary>Smooth waves with a little noise, so that lossy coders have something to do.</summary>
    public static RgbImage Waves(int width, int height, int seed = 1)
    {
        var random = new Random(seed);
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++)
                    image.Row(y)[x * 3 + c] =
                        (byte)Math.Clamp(128 + 60 * Math.Sin(x * 0.021 + c) + 40 * Math.Cos(y * 0.033 - c) + random.Next(-6, 7), 0, 255);
        return image;
    }

    /// <summary>Independent random bytes.</summary>
    public static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }
}
