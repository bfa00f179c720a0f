namespace Vtok.Models.Quantizers;

/// <summary>Settings of a <see cref="FiniteScalarQuantizer"/>.</summary>
public sealed record FiniteScalarQuantizerConfig
{
    /// <summary>Levels per dimension (L_i), each 2 to 65,536, their product at most 2^31 - 1; the first dimension is the least significant digit of an id.</summary>
    public required IReadOnlyList<int> Levels { get; init; }

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        if (Levels.Count == 0)
            throw new ArgumentException("Levels: empty, expected at least one dimension");
        long size = 1;
        for (int i = 0; i < Levels.Count; i++)
        {
            if (Levels[i] is < 2 or > 65_536)
                throw new ArgumentException($"Levels[{i}]: {Levels[i]}, expected 2 to 65,536");
            size *= Levels[i];
            if (size > int.MaxValue)
                throw new ArgumentException($"Levels: their product passes 2^31 - 1 at dimension {i}");
        }
    }
}
