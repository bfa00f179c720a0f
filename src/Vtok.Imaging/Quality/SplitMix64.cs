namespace Vtok.Imaging.Quality;

/// <summary>The SplitMix64 stream, and subsets drawn from it.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary><paramref name="size"/> of 0..<paramref name="count"/> - 1 without replacement.</summary>
    public int[] Subset(int size, int count)
    {
        int[] values = [.. Enumerable.Range(0, count)];
        for (int i = 0; i < size; i++)
        {
            int j = i + (int)(Next() % (ulong)(count - i));
            (values[i], values[j]) = (values[j], values[i]);
        }
        return values[..size];
    }
}
