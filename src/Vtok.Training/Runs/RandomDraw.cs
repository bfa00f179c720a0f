namespace Vtok.Training.Runs;

/// <summary>A stream of random numbers that depends on (seed, step, purpose) alone, so that a resumed run draws what the uninterrupted one draws.</summary>
/// <remarks>SplitMix64; the start is a hash of the three.</remarks>
public struct RandomDraw
{
    private ulong _state;

    /// <summary>Starts the stream of a purpose at a step.</summary>
    public RandomDraw(int seed, long step, string purpose)
    {
        _state = (ulong)seed;
        _state = NextBits() ^ (ulong)step;
        _state = NextBits();
        foreach (char letter in purpose)
            _state = NextBits() ^ letter;
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A generator for tensors, on the CPU.</summary>
    public Generator NextGenerator() => new(NextBits() >> 1, CPU);
}
