using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>Pads the picture to whole cells by repeating its last row and column, and cuts the padding off again.</summary>
internal sealed class GridLayout(int width, int height, int factor) : PictureLayout(width, height)
{
    public override int Lanes => 1;

    public override (int Width, int Height) LaneSize { get; } = Padded(width, height, factor);

    public override IReadOnlyList<RgbImage> Split(RgbImage picture) => [Borders.Window(picture, 0, 0, LaneSize.Width, LaneSize.Height)];

    public override RgbImage Join(IEnumerable<RgbImage> lanes) => ImageCrops.Crop(lanes.Single(), 0, 0, Width, Height);

    /// <summary>A size in whole cells.</summary>
    /// <exception cref="TokenFileException">No picture can have it.</exception>
    public static (int Width, int Height) Padded(int width, int height, int factor)
    {
        int paddedWidth = (width + factor - 1) / factor * factor, paddedHeight = (height + factor - 1) / factor * factor;
        if (Math.Max(paddedWidth, paddedHeight) > RgbImage.MaxSide || (long)paddedWidth * paddedHeight > RgbImage.MaxPixels)
            throw new TokenFileException(TokenFileError.LimitExceeded,
                $"{width}x{height} in whole cells of {factor} is {paddedWidth}x{paddedHeight}, more than {RgbImage.MaxSide} a side or {RgbImage.MaxPixels} pixels (make it smaller)");
        return (paddedWidth, paddedHeight);
    }
}
