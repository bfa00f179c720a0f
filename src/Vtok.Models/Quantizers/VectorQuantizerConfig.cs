namespace Vtok.Models.Quantizers;

/// <summary>Settings of a <see cref="VectorQuantizer"/>.</summary>
public sealed record VectorQuantizerConfig
{
    /// <summary>Number of codes (K), at least 1.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Length of a code (D), at least 1.</summary>
    public required int CodeDimension { get; init; }

    /// <summary>Whether features and codes are divided by their length first. Default: false.</summary>
    public bool Normalize { get; init; }

    /// <summary>Weight of the commitment loss, at least 0. Default: 0.25 (arXiv 1711.00937).</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Weight of the codebook loss, at least 0. Default: 1. VQGAN's first quantizer put its 0.25 here instead.</summary>
    public double CodebookCost { get; init; } = 1;

    /// <summary>Weight of the entropy loss, which wants sure assignments and evenly used codes, at least 0. Default: 0, where it is not computed.</summary>
    public double EntropyCost { get; init; }

    /// <summary>Ids of the last training steps that are kept to tell the codes in use, at least 0. Default: 0, none.</summary>
    public int UsageWindow { get; init; }

    /// <summary>How the codebook learns. Default: by gradient.</summary>
    public CodebookLearning Learning { get; init; }

    /// <summary>Memory of the moving averages, at least 0 and below 1. Default: 0.99.</summary>
    public double Decay { get; init; } = 0.99;

    /// <summary>Inverse temperature of the mixture that <see cref="CodebookLearning.Soft"/> learns through, above 0. Default: 10.</summary>
    public double Sharpness { get; init; } = 10;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CodebookSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CodeDimension, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CommitmentCost);
        ArgumentOutOfRangeException.ThrowIfNegative(CodebookCost);
        ArgumentOutOfRangeException.ThrowIfNegative(EntropyCost);
        ArgumentOutOfRangeException.ThrowIfNegative(UsageWindow);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Sharpness);
        if (Decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(Decay), Decay, "must be at least 0 and below 1");
    }
}
