using Vtok.Imaging;

namespace Vtok.Parity.Perceptual;

/// <summary>A picture and its 4x4 block means, as tensors for the networks.</summary>
internal static class BlockMeans
{
    /// <summary>Replaces each 4x4 block of each channel by (sum + 8) div 16: uint8 [B, 3, H, W], H and W multiples of 4.</summary>
    public static Tensor Apply(Tensor bytes)
    {
        Tensor blocks = bytes.to(ScalarType.Int32).view(bytes.size(0), 3, bytes.size(2) / 4, 4, bytes.size(3) / 4, 4);
        Tensor means = (blocks.sum([3, 5], keepdim: true, type: ScalarType.Int32) + 8).div(16, RoundingMode.floor);
        return means.expand(blocks.shape).reshape(bytes.shape).to(ScalarType.Byte);
    }

    /// <summary>Reads a picture as 256x256 by the centre square: uint8 [1, 3, 256, 256].</summary>
    public static Tensor Read(string path)
    {
        RgbImage square = ImageCrops.CenterSquare(new VipsImageCodec().Decode(File.ReadAllBytes(path)));
        RgbImage picture = square.Width == 256 ? square : Resampler.Resize(square, 256, 256, ResampleFilter.Lanczos);
        return tensor(picture.Pixels, [1, 256, 256, 3], ScalarType.Byte).permute(0, 3, 1, 2).contiguous();
    }
}
