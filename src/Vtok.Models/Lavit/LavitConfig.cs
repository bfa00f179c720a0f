using Vtok.Models.Layers.Vision;

namespace Vtok.Models.Lavit;

/// <summary>Settings of LaVIT's tokenizer (arXiv 2309.04669). Defaults: the published model.</summary>
public sealed record LavitConfig
{
    /// <summary>Name of the family.</summary>
    public const string Family = "lavit";

    private const int MostCodes = 1 << 24, MostWidth = 1 << 16;

    /// <summary>The tower: all its blocks are used; its norm and head are in the files, and the tokenizer does not read them.</summary>
    public EvaVitConfig Tower { get; init; } = new() { Depth = 40, HeadOutputs = 1024 };

    /// <summary>Blocks of the token merger.</summary>
    public int MergerDepth { get; init; } = 12;

    /// <summary>Attention heads of the merger and the decoders; the merger's width is the tower's.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Hidden width of the merger's feed-forward part over its width, the product rounded down.</summary>
    public double MlpRatio { get; init; } = 4.3637;

    /// <summary>Number of codes (K).</summary>
    public int Codes { get; init; } = 16384;

    /// <summary>Length of a code (D).</summary>
    public int CodeDimension { get; init; } = 32;

    /// <summary>Width of the language model that reads continuous features, or null when that projection is not there.</summary>
    public int? LanguageWidth { get; init; } = 4096;

    /// <summary>Places of the ids in the language model's vocabulary.</summary>
    public LanguageIds LanguageIds { get; init; } = new();

    /// <summary>Width of the tower, selector and merger (C).</summary>
    public int Width => Tower.Width;

    /// <summary>Positions of the grid (N), the most tokens of a picture.</summary>
    public int Positions => Tower.Grid * Tower.Grid;

    internal int MlpWidth => (int)(Width * MlpRatio);

    /// <summary>Parameters of the large parts, within a factor of two.</summary>
    internal double ApproximateParameters =>
        Tower.ApproximateParameters + MergerDepth * (8.0 + 2 * MlpRatio) * Width * Width + (double)Codes * CodeDimension + (double)(LanguageWidth ?? 0) * Width;

    /// <summary>Throws when a value is out of its range or contradicts another.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Tower.Validate();
        if (MergerDepth is < 1 or > 1000)
            throw new ArgumentException($"layers {MergerDepth}: expected 1 to 1000");
        if (Heads < 1 || Width % Heads != 0)
            throw new ArgumentException($"width {Width} does not divide into {Heads} heads");
        if (Width % 4 != 0)
            throw new ArgumentException($"width {Width}: expected a multiple of 4, since the selector halves it twice");
        if (!(MlpRatio is > 0 and <= 64) || MlpWidth < 1)
            throw new ArgumentException($"mlp_ratio {MlpRatio}: expected above 0 and at most 64");
        if (Codes is < 2 or > MostCodes || CodeDimension is < 1 or > MostWidth)
            throw new ArgumentException($"{Codes} codes of {CodeDimension} numbers: expected 2 to {MostCodes} of 1 to {MostWidth}");
        if (LanguageWidth is < 1 or > MostWidth)
            throw new ArgumentException($"llm_embed_dim {LanguageWidth}: expected 1 to {MostWidth}");
    }
}
