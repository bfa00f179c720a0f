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
        return OfBytes(ToBytes(picture));
    }

    /// <summary>uint8 [3, H, W] as a picture.</summary>
    public static RgbImage OfBytes(Tensor bytes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = bytes.permute(1, 2, 0).contiguous().cpu(); // [H, W, 3]
        return new RgbImage((int)bytes.size(2), (int)bytes.size(1), rows.data<byte>().ToArray());
    }

    /// <summary>-1..1 to 0..255, rounded to even and clipped, as uint8.</summary>
    public static Tensor ToBytes(Tensor pictures) => ((pictures + 1) * 127.5).round().clamp(0, 255).to(ScalarType.Byte);

    /// <summary>0..255 to -1..1 as float32.</summary>
    public static Tensor FromBytes(Tensor bytes) => bytes.to(ScalarType.Float32) / 127.5 - 1;
}
