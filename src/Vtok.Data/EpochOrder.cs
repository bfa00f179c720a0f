namespace Vtok.Data;

/// <summary>The order of a data set's samples in each epoch: a pure function of count, seed and epoch.</summary>
public sealed class EpochOrder
{
    private readonly int _count;
    private readonly ulong _seed;
    private readonly bool _shuffle;
    private readonly Lock _gate = new();
    private (long Epoch, int[] Order) _newest = (-1, []);
    private (long Epoch, int[] Order) _older = (-1, []); // a batch may straddle two epochs

    /// <summary>Describes an order.</summary>
    /// <param name="count">Samples in the data set, at least 1.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <param name="shuffle">False for 0, 1, 2, ... in every epoch.</param>
    public EpochOrder(int count, ulong seed, bool shuffle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (_count, _seed, _shuffle) = (count, seed, shuffle);
    }

    /// <summary>Index of the sample at a place of an epoch.</summary>
    /// <param name="epoch">0 or more.</param>
    /// <param name="place">0 to count - 1.</param>
    public int IndexAt(long epoch, int place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)_count, nameof(place));
        if (!_shuffle)
            return place;
        lock (_gate)
        {
            if (_older.Epoch == epoch)
                return _older.Order[place];
            if (_newest.Epoch != epoch)
                (_older, _newest) = (_newest, (epoch, Shuffle(epoch)));
            return _newest.Order[place];
        }
    }

    /// <summary>Fisher and Yates.</summary>
    private int[] Shuffle(long epoch)
    {
        int[] order = [.. Enumerable.Range(0, _count)];
        SampleRandom random = new(_seed, RandomPurpose.Order, epoch, 0);
        for (int i = 0; i < _count - 1; i++)
        {
            int j = i + random.Below(_count - i);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
