using Vtok.Data;
using Vtok.Imaging;

namespace Vtok.Training.Data;

/// <summary>Held-out pictures: the centre square of every k-th one at one size.</summary>
internal static class ValidationPictures
{
    /// <summary>uint8 [N, 3, S, S], in no dispose scope.</summary>
    /// <param name="folder">Picture folder or shards.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="every">1 takes all.</param>
    public static Tensor Load(string folder, int side, int every)
    {
        using ISampleSource source = TrainingPictures.Open(folder);
        var codec = new VipsImageCodec();
        RgbImage[] pictures =
        [
            .. Enumerable.Range(0, (source.Count + every - 1) / every)
                .Select(i => Resize(ImageCrops.CenterSquare(codec.Decode(source.Read(i * every).Picture)), side)),
        ];
        return PictureTensors.Stack(pictures).DetachFromDisposeScope();
    }

    private static RgbImage Resize(RgbImage picture, int side)
        => picture.Width == side ? picture : Resampler.Resize(picture, side, side, ResampleFilter.Lanczos);
}
