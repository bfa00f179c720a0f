namespace Vtok.Data;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014) begun from what the draw is for, so that no draw depends on another's history.</summary>
internal struct SampleRandom
{
    private ulong _state;

    /// <summary>A stream for one purpose.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="purpose">What is drawn; streams of different purposes share nothing.</param>
    /// <param name="epoch">Epoch.</param>
    /// <param name="place">Sample, or place in the epoch.</param>
    public SampleRandom(ulong seed, RandomPurpose purpose, long epoch, long place)
    {
        _state = seed;
        foreach (ulong part in (ReadOnlySpan<ulong>)[(ulong)purpose, (ulong)epoch, (ulong)place])
            _state = Next() ^ part;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>0 to <paramref name="count"/> - 1; the bias is below count / 2^64.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>0 (included) to 1 (excluded), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));
}
