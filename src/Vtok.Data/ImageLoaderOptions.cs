using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>How an <see cref="ImageLoader"/> reads.</summary>
public sealed record ImageLoaderOptions
{
    /// <summary>Pictures in a batch of this rank, at least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How a decoded picture becomes a square of fixed side.</summary>
    public required PictureTransform Transform { get; init; }

    /// <summary>Seed of order and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether every epoch has an order of its own. Then a corrupt picture's place is taken by another picture, so that batches keep
    /// their size and ranks keep step; without shuffling it is left out. Default: true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Epochs to read from position 0 on, or null for no end. With an end the last batch may be smaller.</summary>
    public long? Epochs { get; init; }

    /// <summary>This process among <see cref="World"/>, from 0.</summary>
    public int Rank { get; init; }

    /// <summary>Processes that share the data set: place p of the common order belongs to rank p mod world. Default: 1.</summary>
    public int World { get; init; } = 1;

    /// <summary>Decoding threads, at least 1. The batches do not depend on it. Default: 2.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Batches decoded ahead, at least 1. Default: 4.</summary>
    public int Prefetch { get; init; } = 4;

    /// <summary>Bytes of decoded pictures kept in memory; pictures beyond it are decoded each time. Default: 0.</summary>
    public long CacheBytes { get; init; }

    /// <summary>What happens to pictures smaller than the squares. Default: they are enlarged.</summary>
    public SmallPictures Small { get; init; }

    /// <summary>Limits of decoding; null means the defaults.</summary>
    public ImageDecodeOptions? Decode { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the property, the value and the range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(World, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Rank, World);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(Epochs ?? 0);
        Transform.Validate();
    }
}
