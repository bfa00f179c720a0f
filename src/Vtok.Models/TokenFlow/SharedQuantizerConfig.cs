namespace Vtok.Models.TokenFlow;

/// <summary>Settings of a <see cref="SharedQuantizer"/>.</summary>
public sealed record SharedQuantizerConfig
{
    /// <summary>Codes (K), the same number in both books.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Length of a semantic code.</summary>
    public required int SemanticDimension { get; init; }

    /// <summary>Length of a pixel code.</summary>
    public required int PixelDimension { get; init; }

    /// <summary>Weight of the pull of features to their codes (beta). Default: 0.25.</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Whether the semantic book follows averages of its members instead of a gradient (the published option kmeans). Default: false.</summary>
    public bool MovingAverage { get; init; }

    /// <summary>Share of the old code in a moving average. Default: 0.99.</summary>
    public double Decay { get; init; } = 0.99;

    /// <summary>Rounds of the clustering that starts a moving-average book. Default: 10.</summary>
    public int ClusteringRounds { get; init; } = 10;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CodebookSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(SemanticDimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PixelDimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClusteringRounds, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CommitmentCost);
        if (Decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(Decay), Decay, "must be in 0..1, below 1");
    }
}
