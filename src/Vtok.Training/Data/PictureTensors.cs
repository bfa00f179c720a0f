using Vtok.Imaging;

namespace Vtok.Training.Data;

/// <summary>Between interleaved bytes and tensors.</summary>
internal static class PictureTensors
{
    /// <summary>Pictures of one size as uint8 [N, 3, H, W].</summary>
    public static Tensor Stack(IReadOnlyList<RgbImage> pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] planes = [.. pictures.Select(picture => tensor(picture.Pixels, ScalarType.Byte).view(picture.Height, picture.Width, 3).permute(2, 0, 1))];
        return stack(planes).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>[3, H, W] in -1..1, rounded and clipped to bytes.</summary>
    public static RgbImage ToImage(Tensor picture)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bytes = ToBytes(picture).permute(1, 2, 0).contiguous().cpu();
        return new RgbImage((int)picture.size(2), (int)picture.size(1), bytes.data<byte>().ToArray());
    }

    /// <summary>-1..1 to 0..255, rounded to even and clipped, as uint8.</summary>
    public static Tensor ToBytes(Tensor pictures) => ((pictures + 1) * 127.5).round().clamp(0, 255).to(ScalarType.Byte);

    /// <summary>0..255 to -1..1 as float32.</summary>
    public static Tensor FromBytes(Tensor bytes) => bytes.to(ScalarType.Float32) / 127.5 - 1;
}
