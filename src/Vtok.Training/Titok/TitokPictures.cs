using Vtok.Data;
using Vtok.Imaging;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Pictures of each step: a random square of the full shorter side, resampled (bicubic), mirrored half of the time.</summary>
/// <remarks>The published order, resampling first and then cropping to the same side, cuts at the same places.</remarks>
internal sealed class TitokPictures : IDisposable
{
    private readonly ISampleSource _source;
    private readonly ImageLoader _loader;
    private readonly int _batch;
    private IEnumerator<ImageBatch>? _batches;
    private long _next;

    public TitokPictures(ISampleSource source, Recipe recipe, int side, int workers, long cacheBytes)
    {
        (_source, _batch) = (source, recipe.Batch);
        _loader = new ImageLoader(source, new VipsImageCodec(), new ImageLoaderOptions
        {
            BatchSize = recipe.Batch,
            Transform = new RandomSquare { Side = side, MinShare = 1, Filter = ResampleFilter.Bicubic },
            Seed = (ulong)recipe.Seed,
            Workers = workers,
            CacheBytes = cacheBytes,
        });
    }

    /// <summary>The batch of a step, "pictures": uint8 [B, 3, S, S]. Steps in their order cost no seek.</summary>
    public TrainingBatch Read(long step)
    {
        if (_batches is null || step != _next)
        {
            _batches?.Dispose();
            long place = step * _batch;
            _batches = _loader.Read(new LoaderPosition(place / _source.Count, (int)(place % _source.Count))).GetEnumerator();
        }
        _next = step + 1;
        _batches.MoveNext();
        ImageBatch batch = _batches.Current;
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = tensor(batch.Pixels, ScalarType.Byte).view(batch.Count, batch.Side, batch.Side, 3).permute(0, 3, 1, 2).contiguous();
        return new TrainingBatch(step, batch.Count, new Dictionary<string, Tensor> { ["pictures"] = pictures.DetachFromDisposeScope() });
    }

    public void Dispose()
    {
        _batches?.Dispose();
        _source.Dispose();
    }
}
