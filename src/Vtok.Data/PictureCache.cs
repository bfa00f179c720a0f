using System.Collections.Concurrent;
using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Keeps the first pictures that fit a budget; nothing is ever thrown out, so an epoch's hits do not depend on its order.</summary>
internal sealed class PictureCache(long budget)
{
    private readonly ConcurrentDictionary<int, RgbImage> _pictures = new();
    private long _left = budget;

    /// <summary>The picture of a sample, if it is kept.</summary>
    public RgbImage? Find(int index) => _pictures.GetValueOrDefault(index);

    /// <summary>Keeps a picture if there is room.</summary>
    public void Offer(int index, RgbImage picture)
    {
        long size = picture.Pixels.LongLength;
        if (Interlocked.Add(ref _left, -size) < 0 || !_pictures.TryAdd(index, picture))
            Interlocked.Add(ref _left, size);
    }
}
