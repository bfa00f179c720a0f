using System.Collections.Concurrent;

namespace Vtok.Data;

/// <summary>Keeps the first samples that fit a budget and throws none out: each of them is read and decoded once in a run.</summary>
internal sealed class SampleCache(long budget)
{
    private readonly ConcurrentDictionary<int, DecodedSample> _samples = new();
    private long _left = budget;

    /// <summary>The sample of an index, if it is kept.</summary>
    public DecodedSample? Find(int index) => _samples.GetValueOrDefault(index);

    /// <summary>Keeps a sample if there is room.</summary>
    public void Offer(int index, DecodedSample sample)
    {
        long size = sample.Picture.Pixels.LongLength + (sample.Sample.Features?.Length ?? 0);
        if (Interlocked.Add(ref _left, -size) < 0 || !_samples.TryAdd(index, sample))
            Interlocked.Add(ref _left, size);
    }
}
