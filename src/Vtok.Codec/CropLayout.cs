using Vtok.Imaging;

namespace Vtok.Codec;

/// <summary>Takes the largest centred part of the model's shape (for a square model the centre square); what lies outside is lost.</summary>
internal sealed class CropLayout(int nativeWidth, int nativeHeight, ResampleFilter filter) : PictureLayout(nativeWidth, nativeHeight)
{
    public override int Lanes => 1;

    public override (int Width, int Height) LaneSize => (Width, Height);

    public override IReadOnlyList<RgbImage> Split(RgbImage picture)
    {
        int width = Math.Max(1, (int)Math.Min(picture.Width, (long)picture.Height * Width / Height));
        int height = Math.Max(1, (int)Math.Min(picture.Height, (long)picture.Width * Height / Width));
        RgbImage part = ImageCrops.Crop(picture, (picture.Width - width) / 2, (picture.Height - height) / 2, width, height);
        return [(width, height) == LaneSize ? part : Resampler.Resize(part, Width, Height, filter)];
    }

    public override RgbImage Join(IEnumerable<RgbImage> lanes) => lanes.Single();
}
