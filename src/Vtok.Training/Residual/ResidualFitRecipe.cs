using Vtok.Models.Residual;

namespace Vtok.Training.Residual;

/// <summary>How a residual tokenizer is fitted: k-means in Karhunen-Loève coordinates, stage after stage, without gradients.</summary>
public sealed record ResidualFitRecipe
{
    /// <summary>The stages. Default: those of the default tokenizer.</summary>
    public ResidualConfig Config { get; init; } = new();

    /// <summary>Squares taken of each picture, at least 1: first the centre square, then random ones. Default: 4.</summary>
    public int Views { get; init; } = 4;

    /// <summary>Least side of a random square as a share of the shorter side, above 0 to 1. Default: 0.75.</summary>
    public double MinShare { get; init; } = 0.75;

    /// <summary>Random patches for the book of a stage, at least twice the number of codes. Default: 160,000.</summary>
    public int Samples { get; init; } = 160_000;

    /// <summary>Lloyd rounds of a book, at least 1. Default: 6.</summary>
    public int Rounds { get; init; } = 6;

    /// <summary>Whether the books of the second and later levels are fitted again on the patches that the order really selects. Default: true.</summary>
    public bool Reselect { get; init; } = true;

    /// <summary>Seed of every draw. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the property and the range.</exception>
    public void Validate()
    {
        Config.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Views, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinShare, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 2 * Config.Codes);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
    }
}
