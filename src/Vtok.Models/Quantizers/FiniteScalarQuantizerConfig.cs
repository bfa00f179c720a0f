namespace Vtok.Models.Quantizers;

/// <summary>Settings of a <see cref="FiniteScalarQuantizer"/>.</summary>
public sealed record FiniteScalarQuantizerConfig
{
    /// <summary>Most levels of a dimension: from 1,002 on the slack that lets features reach the outer levels passes half a level, and ids would leave the vocabulary.</summary>
    public const int MostLevels = 1000;

    /// <summary>Levels per dimension (L_i), each 2 to <see cref="MostLevels"/>, their product at most 2^31 - 1; the first dimension is the least significant digit of an id.</summary>
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
            if (Levels[i] is < 2 or > MostLevels)
                throw new ArgumentException($"Levels[{i}]: {Levels[i]}, expected 2 to {MostLevels}");
            size *= Levels[i];
            if (size > int.MaxValue)
                throw new ArgumentException($"Levels: their product passes 2^31 - 1 at dimension {i}");
        }
    }
}
