using Vtok.Data;
using Vtok.Imaging;
using Vtok.Models.Residual;

namespace Vtok.Training.Residual;

/// <summary>Reads the views of all pictures and keeps of each only the band that any stage draws.</summary>
internal static class FitPictures
{
    private const int Batch = 64;

    /// <summary>[pictures * views, 3, band, band] in the opponent space.</summary>
    public static Tensor Read(
        ResidualFitRecipe recipe, ISampleSource source, IImageCodec codec, IProgress<string>? progress, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualConfig config = recipe.Config;
        using DctBands bands = new(config.Size, CPU);
        using OpponentColour colour = new(CPU);
        Tensor all = empty([(long)source.Count * recipe.Views, 3, config.Band, config.Band]);
        ImageLoaderOptions centre = new()
        {
            BatchSize = Batch,
            Transform = new CenterSquare { Side = config.Size },
            Shuffle = false,
            Epochs = 1,
        };
        ImageLoaderOptions random = centre with
        {
            Transform = new RandomSquare { Side = config.Size, MinShare = recipe.MinShare },
            Seed = recipe.Seed,
            Epochs = recipe.Views - 1,
        };
        long filled = 0;
        foreach (ImageLoaderOptions options in recipe.Views > 1 ? new[] { centre, random } : [centre])
        {
            ImageLoader loader = new(source, codec, options);
            foreach (ImageBatch batch in loader.Read(cancellation: cancellation))
            {
                using DisposeScope step = NewDisposeScope();
                Tensor pixels = tensor(batch.Pixels, [batch.Count, config.Size, config.Size, 3], ScalarType.Byte);
                Tensor centred = pixels.permute(0, 3, 1, 2).to(ScalarType.Float32) - 127.5;
                all.narrow(0, filled, batch.Count).copy_(colour.FromCentred(bands.Analyse(centred, config.Band)));
                filled += batch.Count;
            }
            foreach (SkippedSample skipped in loader.Skipped)
                progress?.Report($"left out {skipped.Location}: {skipped.Reason}");
            if (loader.Enlarged > 0)
                progress?.Report($"{loader.Enlarged} of {source.Count} pictures are smaller than {config.Size} x {config.Size} and are enlarged");
            progress?.Report($"{filled} squares read");
        }
        return all.narrow(0, 0, filled).MoveToOuterDisposeScope();
    }
}
