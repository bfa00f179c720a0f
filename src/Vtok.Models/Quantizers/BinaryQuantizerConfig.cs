namespace Vtok.Models.Quantizers;

/// <summary>Settings of a <see cref="BinaryQuantizer"/>.</summary>
public sealed record BinaryQuantizerConfig
{
    /// <summary>Bits of an id, which are the dimensions of a vector (d), 1 to 30.</summary>
    public required int Bits { get; init; }

    /// <summary>Whether vectors are first divided by their length and codes lie on the unit sphere (BSQ) instead of the corners of a cube (LFQ). Default: false.</summary>
    public bool Spherical { get; init; }

    /// <summary>Half the edge of the cube (s), above 0. Default: 1. The sphere sets its own: 1 / sqrt(d).</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Whether the first dimension is the most significant bit. Default: true; some implementations do the opposite.</summary>
    public bool FirstIsMostSignificant { get; init; } = true;

    /// <summary>Weight of the commitment loss, at least 0. Default: 0.25.</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Weight of the entropy loss, at least 0. Default: 0.1.</summary>
    public double EntropyCost { get; init; } = 0.1;

    /// <summary>Weight of the term that spreads usage, within the entropy loss (gamma), at least 0. Default: 1.</summary>
    public double Diversity { get; init; } = 1;

    /// <summary>Inverse temperature of the soft assignment (t), above 0. Default: 100.</summary>
    public double InverseTemperature { get; init; } = 100;

    /// <summary>Bits whose joint usage is measured together in the entropy loss, 1 to 12. Default: 1.</summary>
    public int GroupBits { get; init; } = 1;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Bits, 30);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Scale);
        ArgumentOutOfRangeException.ThrowIfNegative(CommitmentCost);
        ArgumentOutOfRangeException.ThrowIfNegative(EntropyCost);
        ArgumentOutOfRangeException.ThrowIfNegative(Diversity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(InverseTemperature);
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GroupBits, 12);
    }
}
