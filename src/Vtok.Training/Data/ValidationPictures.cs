using Vtok.Data;
using Vtok.Imaging;

namespace Vtok.Training.Data;

/// <summary>Held-out pictures: the centre square of every k-th one at one size.</summary>
internal static class ValidationPictures
{
    /// <summary>uint8 [N, 3, S, S], in no dispose scope.</summary>
    /// <param name="data">Pictures, shards or tables; see <see cref="TrainingPictures.Open"/>.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="every">1 takes all.</param>
    /// <param name="say">Told about pictures that cannot be used; they are left out.</param>
    /// <exception cref="DatasetException">The data is refused, or none of its pictures can be used.</exception>
    public static Tensor Load(string data, int side, int every, Action<string>? say)
    {
        using ISampleSource source = TrainingPictures.Open(data);
        return Load(source, side, every, say);
    }

    /// <summary>The same of a data set, which stays its owner's.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="every">1 takes all.</param>
    /// <param name="say">Told about pictures that cannot be used; they are left out.</param>
    /// <param name="samples">Gets what is known of each, without the picture's bytes, or null.</param>
    public static Tensor Load(ISampleSource source, int side, int every, Action<string>? say, ICollection<Sample>? samples = null)
    {
        var codec = new VipsImageCodec();
        var pictures = new List<RgbImage>();
        string? first = null;
        for (int i = 0; i < source.Count; i += every)
        {
            try
            {
                Sample sample = source.Read(i);
                pictures.Add(Resize(ImageCrops.CenterSquare(codec.Decode(sample.Picture)), side));
                samples?.Add(sample with { Picture = default });
            }
            catch (Exception e) when (e is ImageFileException or DatasetException)
            {
                var skipped = SkippedSample.Of(source, i, e);
                say?.Invoke($"left out of the held-out pictures: {skipped.Location}: {skipped.Reason}");
                first ??= $"{skipped.Location}: {skipped.Reason}";
            }
        }
        return pictures.Count > 0
            ? PictureTensors.Stack(pictures).DetachFromDisposeScope()
            : throw new DatasetException(DatasetError.NothingDecodes, $"{source.Name}: none of the held-out pictures decodes; the first: {first}");
    }

    private static RgbImage Resize(RgbImage picture, int side)
        => picture.Width == side ? picture : Resampler.Resize(picture, side, side, ResampleFilter.Lanczos);
}
