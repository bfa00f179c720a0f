namespace Vtok.Data;

/// <summary>The order of a data set's samples in each epoch: a pure function of count, blocks, seed and epoch.</summary>
/// <remarks>Where samples lie in blocks that are read whole, the blocks are shuffled first, and then the samples of as many of them as stay in memory
/// at once; when that is all of them, the order is a full shuffle.</remarks>
public sealed class EpochOrder
{
    private readonly int _count;
    private readonly ulong _seed;
    private readonly bool _shuffle;
    private readonly SampleBlocks? _blocks;
    private readonly Lock _gate = new();
    private (long Epoch, int[] Order) _newest = (-1, []);
    private (long Epoch, int[] Order) _older = (-1, []); // a batch may straddle two epochs

    /// <summary>Describes an order.</summary>
    /// <param name="count">Samples in the data set, at least 1.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <param name="shuffle">False for 0, 1, 2, ... in every epoch.</param>
    /// <param name="blocks">Blocks of samples that are read together, or null.</param>
    public EpochOrder(int count, ulong seed, bool shuffle, SampleBlocks? blocks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (_count, _seed, _shuffle) = (count, seed, shuffle);
        _blocks = blocks is not null && blocks.AtOnce < blocks.Starts.Count ? blocks : null;
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

    private int[] Shuffle(long epoch)
    {
        if (_blocks is null)
        {
            int[] all = [.. Enumerable.Range(0, _count)];
            Shuffle(all, new SampleRandom(_seed, RandomPurpose.Order, epoch, 0));
            return all;
        }
        int[] blocks = [.. Enumerable.Range(0, _blocks.Starts.Count)];
        Shuffle(blocks, new SampleRandom(_seed, RandomPurpose.Order, epoch, 0));
        int[] order = new int[_count];
        int done = 0;
        foreach (int[] together in blocks.Chunk(_blocks.AtOnce))
        {
            int first = done;
            foreach (int block in together)
            {
                int end = block + 1 < _blocks.Starts.Count ? _blocks.Starts[block + 1] : _count;
                for (int i = _blocks.Starts[block]; i < end; i++)
                    order[done++] = i;
            }
            Shuffle(order.AsSpan(first..done), new SampleRandom(_seed, RandomPurpose.Order, epoch, 1 + first));
        }
        return order;
    }

    /// <summary>Fisher and Yates.</summary>
    private static void Shuffle(Span<int> order, SampleRandom random)
    {
        for (int i = 0; i < order.Length - 1; i++)
        {
            int j = i + random.Below(order.Length - i);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
