using System.Collections.Concurrent;

namespace Vtok.Data;

/// <summary>Keeps the first samples that fit a budget and throws none out: each of them is read and decoded once in a run.</summary>
internal sealed class SampleCache(long budget)
{
    private readonly ConcurrentDictionary<int, DecodedSample> _samples = new();
    private long _used;

    /// <summary>Samples kept.</summary>
    public int Count => _samples.Count;

    /// <summary>Bytes of their pixels and features.</summary>
    public long Bytes => Interlocked.Read(ref _used);

    /// <summary>Whether a sample found no room.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The sample of an index, if it is kept.</summary>
    public DecodedSample? Find(int index) => _samples.GetValueOrDefault(index);

    /// <summary>Keeps a sample if there is room.</summary>
    public void Offer(int index, DecodedSample sample)
    {
        long size = sample.Picture.Pixels.LongLength + (sample.Sample.Features?.Length ?? 0);
        bool fits = Interlocked.Add(ref _used, size) <= budget;
        if (!fits || !_samples.TryAdd(index, sample))
            Interlocked.Add(ref _used, -size);
        IsFull |= !fits;
    }
}
