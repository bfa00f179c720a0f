using Vtok.Imaging;

namespace Vtok.Codec;

/// <summary>Pads the picture to whole cells by repeating its last row and column, and cuts the padding off again.</summary>
internal sealed class GridLayout(int width, int height, int factor) : PictureLayout(width, height)
{
    public override int Lanes => 1;

    public override (int Width, int Height) LaneSize => ((Width + factor - 1) / factor * factor, (Height + factor - 1) / factor * factor);

    public override IReadOnlyList<RgbImage> Split(RgbImage picture) => [Borders.Window(picture, 0, 0, LaneSize.Width, LaneSize.Height)];

    public override RgbImage Join(IEnumerable<RgbImage> lanes) => ImageCrops.Crop(lanes.Single(), 0, 0, Width, Height);
}
