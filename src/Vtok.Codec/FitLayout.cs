using Vtok.Imaging;

namespace Vtok.Codec;

/// <summary>Squeezes the whole picture to the model's size, and stretches it back.</summary>
internal sealed class FitLayout(int width, int height, int nativeWidth, int nativeHeight, ResampleFilter filter) : PictureLayout(width, height)
{
    public override int Lanes => 1;

    public override (int Width, int Height) LaneSize => (nativeWidth, nativeHeight);

    public override IReadOnlyList<RgbImage> Split(RgbImage picture) => [Scaled(picture, nativeWidth, nativeHeight)];

    public override RgbImage Join(IEnumerable<RgbImage> lanes) => Scaled(lanes.Single(), Width, Height);

    private RgbImage Scaled(RgbImage picture, int width, int height) =>
        (picture.Width, picture.Height) == (width, height) ? picture : Resampler.Resize(picture, width, height, filter);
}
