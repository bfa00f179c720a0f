using System.Collections.Concurrent;
using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Reads, decodes and transforms the sample at a place of the order; used by several workers at once.</summary>
internal sealed class SampleReader(ISampleSource source, IImageCodec codec, ImageLoaderOptions options)
{
    private const int MaxReplacements = 64;

    private readonly EpochOrder _order = new(source.Count, options.Seed, options.Shuffle, source.Blocks);
    private readonly SampleCache? _cache = options.CacheBytes > 0 ? new SampleCache(options.CacheBytes) : null;

    private readonly ConcurrentDictionary<int, bool> _enlarged = new();

    /// <summary>Samples so far that are smaller than the squares.</summary>
    public int Enlarged => _enlarged.Count;

    /// <summary>Fills the pixels; null when the place is left out.</summary>
    /// <exception cref="DatasetException">No replacement could be decoded either.</exception>
    public (Sample? Sample, IReadOnlyList<(int Index, SkippedSample Skipped)> Skipped) Read(LoaderPosition position, Span<byte> pixels)
    {
        List<(int, SkippedSample)> skipped = [];
        SampleRandom replacement = new(options.Seed, RandomPurpose.Replacement, position.Epoch, position.Place);
        int index = _order.IndexAt(position.Epoch, position.Place);
        for (int attempt = 0; attempt <= MaxReplacements; attempt++)
        {
            try
            {
                return (Read(index, position.Epoch, pixels), skipped);
            }
            catch (Exception e) when (e is ImageFileException or DatasetException)
            {
                skipped.Add((index, SkippedSample.Of(source, index, e)));
            }
            if (!options.Shuffle)
                return (null, skipped);
            index = replacement.Below(source.Count);
        }
        throw new DatasetException(DatasetError.NothingDecodes,
            $"{source.Name}: {MaxReplacements + 1} pictures drawn one after another do not decode; the last: {skipped[^1].Item2.Location}: {skipped[^1].Item2.Reason}");
    }

    /// <summary>Decodes the sample at a place into the cache; what cannot be used is met, and told, when its place is read.</summary>
    /// <returns>Whether the cache has room for more.</returns>
    public bool Keep(LoaderPosition position)
    {
        if (_cache is null || _cache.IsFull)
            return false;
        try
        {
            Load(_order.IndexAt(position.Epoch, position.Place));
        }
        catch (Exception e) when (e is ImageFileException or DatasetException)
        {
            return true;
        }
        return !_cache.IsFull;
    }

    /// <summary>What the cache holds.</summary>
    public KeptSamples Kept => new(_cache?.Count ?? 0, _cache?.Bytes ?? 0, _cache is null or { IsFull: true });

    private Sample Read(int index, long epoch, Span<byte> pixels)
    {
        (Sample sample, RgbImage picture) = Load(index);
        if (options.Transform.IsRandom)
            picture = options.Transform.Apply(picture, new SampleRandom(options.Seed, RandomPurpose.Augmentation, epoch, index));
        picture.Pixels.CopyTo(pixels);
        return sample;
    }

    private DecodedSample Load(int index)
    {
        if (_cache?.Find(index) is { } kept)
            return kept;
        Sample sample = source.Read(index);
        RgbImage picture = codec.Decode(sample.Picture, options.Decode);
        if (Math.Min(picture.Width, picture.Height) < options.Transform.Side)
        {
            if (options.Small == SmallPictures.LeaveOut)
                throw new DatasetException(DatasetError.TooSmall, $"{picture.Width} x {picture.Height} is smaller than {options.Transform.Side} x {options.Transform.Side}");
            _enlarged[index] = true;
        }
        if (!options.Transform.IsRandom)
            picture = options.Transform.Apply(picture, default);
        DecodedSample decoded = new(sample with { Picture = default }, picture);
        _cache?.Offer(index, decoded);
        return decoded;
    }
}
