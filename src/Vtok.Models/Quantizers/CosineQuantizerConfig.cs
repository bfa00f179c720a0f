namespace Vtok.Models.Quantizers;

/// <summary>Settings of a <see cref="CosineQuantizer"/>.</summary>
public sealed record CosineQuantizerConfig
{
    /// <summary>Number of codes (K), at least 1.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Length of a code (D), at least 1.</summary>
    public required int CodeDimension { get; init; }

    /// <summary>Weight of the commitment loss, at least 0. Default: 1.</summary>
    public double CommitmentCost { get; init; } = 1;

    /// <summary>Memory of the moving averages, at least 0 and below 1. Default: 0.99.</summary>
    public double Decay { get; init; } = 0.99;

    /// <summary>Whether the state of training is there: published checkpoints hold the codes alone. Default: false.</summary>
    public bool Trainable { get; init; }

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CodebookSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CodeDimension, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CommitmentCost);
        if (Decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(Decay), Decay, "must be at least 0 and below 1");
    }
}
