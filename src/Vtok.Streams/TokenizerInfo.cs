namespace Vtok.Streams;

/// <summary>Immutable description of a tokenizer: all that a reader of its token files must know, without the networks.</summary>
public sealed record TokenizerInfo
{
    /// <summary>Name for people, such as "default" or "titok-l32"; not part of the key.</summary>
    public required string Name { get; init; }

    /// <summary>Family in lower case, such as "residual", "titok", "one-d-piece".</summary>
    public required string Family { get; init; }

    /// <summary>Meaning of the positions.</summary>
    public required TokenOrder Order { get; init; }

    /// <summary>Vocabulary by position.</summary>
    public required ImageVocabulary Vocabulary { get; init; }

    /// <summary>[least, most] for Nested and Set, all allowed counts for Scales, [n] for Causal and Raster, empty for grid models.</summary>
    public required IReadOnlyList<int> Lengths { get; init; }

    /// <summary>Native width in pixels, or null for a grid model.</summary>
    public int? NativeWidth { get; init; }

    /// <summary>Native height in pixels, or null for a grid model.</summary>
    public int? NativeHeight { get; init; }

    /// <summary>Pixels per token along a side for grid models, else null.</summary>
    public int? Factor { get; init; }

    /// <summary>How pictures are prepared.</summary>
    public required ImagePreprocessing Preprocessing { get; init; }

    /// <summary>SHA-256 of the entropy tables (64 lower-case hex digits), or null.</summary>
    public string? Prior { get; init; }

    /// <summary>SHA-256 of the weights (64 lower-case hex digits).</summary>
    public required string Weights { get; init; }
}
