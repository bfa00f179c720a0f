using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>The centre square of the shorter side, resampled: left = floor((W - s) / 2), top = floor((H - s) / 2).</summary>
public sealed record CenterSquare : PictureTransform
{
    internal override bool IsRandom => false;

    internal override RgbImage Apply(RgbImage image, SampleRandom random) => ToSide(ImageCrops.CenterSquare(image));
}
