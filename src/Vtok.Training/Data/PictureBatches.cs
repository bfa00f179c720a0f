using System.Diagnostics;
using System.Globalization;
using Vtok.Data;
using Vtok.Imaging;
using Vtok.Training.Tasks;

namespace Vtok.Training.Data;

/// <summary>The pictures of each step, decoded ahead by workers: squares of one side, uint8.</summary>
internal sealed class PictureBatches : IDisposable
{
    private readonly ISampleSource _source;
    private readonly ImageLoaderOptions _options;
    private readonly ImageLoader _loader;
    private readonly Action<string>? _say;
    private IEnumerator<ImageBatch>? _batches;
    private long _next;
    private bool _hasSaid;

    /// <summary>Prepares to read.</summary>
    /// <param name="source">The data set; this object owns it from here on.</param>
    /// <param name="options">Batch, squares, seed, workers, and this process among several.</param>
    /// <param name="say">Told once when pictures have to be enlarged, or null.</param>
    public PictureBatches(ISampleSource source, ImageLoaderOptions options, Action<string>? say = null) =>
        (_source, _options, _say, _loader) = (source, options, say, new ImageLoader(source, new VipsImageCodec(), options));

    /// <summary>What makes text features [B, T, E] of a batch, in no dispose scope; null where none are wanted.</summary>
    public Func<ImageBatch, Tensor>? Text { get; init; }

    /// <summary>Tells the data set from others by the names of its samples.</summary>
    public string Digest => TrainingPictures.Digest(_source);

    /// <summary>Whether <see cref="Prepare"/> decodes.</summary>
    public bool DecodeFirst { get; init; }

    /// <summary>Pictures that could not be used so far.</summary>
    public IReadOnlyList<SkippedSample> Skipped => _loader.Skipped;

    /// <summary>Decodes the pictures of the coming steps into the cache, as far as they fit, where that is wanted.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="end">Steps of the run.</param>
    /// <param name="say">Told what is done and how long it took.</param>
    /// <param name="stop">Ends it early.</param>
    public void Prepare(long step, long end, Action<string>? say, CancellationToken stop)
    {
        if (!DecodeFirst || step >= end)
            return;
        long batch = (long)_options.BatchSize * _options.World, places = checked((end - step) * batch), wanted = Math.Min(_source.Count, places);
        say?.Invoke($"decoding up to {wanted} pictures before the first step (settings.decodeFirst)");
        long begin = Stopwatch.GetTimestamp();
        KeptSamples kept = _loader.DecodeAhead(PositionOf(step), places, now => say?.Invoke($"decoded {now.Count} of up to {wanted} pictures"), stop);
        say?.Invoke(string.Create(CultureInfo.InvariantCulture, $"decoded {kept.Count} pictures, {kept.Bytes / 1e6:F1} MB, in {Stopwatch.GetElapsedTime(begin).TotalSeconds:F1} s")
            + (kept.IsFull ? "; settings.cacheMegabytes has no room for the others, which are decoded each time" : ""));
    }

    /// <summary>The batch of a step, "pictures": uint8 [B, 3, S, S], and where there is text "text": float32 [B, T, E]. Steps in their order cost no seek.</summary>
    public TrainingBatch Read(long step)
    {
        if (_batches is null || step != _next)
        {
            _batches?.Dispose();
            _batches = _loader.Read(PositionOf(step)).GetEnumerator();
        }
        _next = step + 1;
        _batches.MoveNext();
        ImageBatch batch = _batches.Current;
        if (!_hasSaid && _loader.Enlarged > 0)
        {
            _hasSaid = true;
            _say?.Invoke($"some pictures are smaller than {batch.Side} x {batch.Side} and are enlarged (settings.smallPictures=leaveOut leaves them out)");
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = tensor(batch.Pixels, ScalarType.Byte).view(batch.Count, batch.Side, batch.Side, 3).permute(0, 3, 1, 2).contiguous();
        var tensors = new Dictionary<string, Tensor>();
        if (Text is not null)
            tensors["text"] = Text(batch);
        tensors["pictures"] = pictures.DetachFromDisposeScope();
        return new TrainingBatch(step, batch.Count, tensors)
        {
            Share = BatchShare.OfProcess(_options.BatchSize * _options.World, _options.Rank, _options.World),
        };
    }

    private LoaderPosition PositionOf(long step)
    {
        long place = checked(step * _options.BatchSize * _options.World);
        return new LoaderPosition(place / _source.Count, (int)(place % _source.Count));
    }

    public void Dispose()
    {
        _batches?.Dispose();
        _source.Dispose();
    }
}
