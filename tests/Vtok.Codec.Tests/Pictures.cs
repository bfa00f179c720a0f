using Vtok.Imaging;

namespace Vtok.Codec.Tests;

/// <summary>Pictures made on the spot.</summary>
internal static class Pictures
{
    public static RgbImage Noise(int width, int height, int seed = 1)
    {
        var picture = new RgbImage(width, height);
        new Random(seed).NextBytes(picture.Pixels);
        return picture;
    }
}
