namespace Vtok.Models.Layers.Vision;

/// <summary>Settings of an <see cref="EvaVit"/>. Defaults: the EVA-CLIP g/14 tower of BLIP-2, 39 blocks.</summary>
public sealed record EvaVitConfig
{
    /// <summary>Side of the pictures in pixels, a multiple of <see cref="PatchSize"/>.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Width (C), a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 1408;

    /// <summary>Blocks.</summary>
    public int Depth { get; init; } = 39;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Hidden width of the feed-forward part over <see cref="Width"/>, the product rounded down.</summary>
    public double MlpRatio { get; init; } = 4.3637;

    /// <summary>Whether queries and values have a bias; keys never have one. Default: true.</summary>
    public bool QueryValueBias { get; init; } = true;

    /// <summary>Epsilon of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Start of the layer scale (gamma_1, gamma_2), or null for none.</summary>
    public double? LayerScale { get; init; }

    /// <summary>Whether a learned position is added to every token. Default: true.</summary>
    public bool AbsolutePositions { get; init; } = true;

    /// <summary>Whether every block has a table of relative positions.</summary>
    public bool RelativePositions { get; init; }

    /// <summary>Whether all blocks share one more table of relative positions.</summary>
    public bool SharedRelativePositions { get; init; }

    /// <summary>Outputs of the head on the class token, or null for a tower without final norm and head.</summary>
    public int? HeadOutputs { get; init; }

    /// <summary>Patches along a side.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>Tokens: the class token and the patches.</summary>
    public int Tokens => 1 + Grid * Grid;

    /// <summary>Hidden width of the feed-forward part.</summary>
    public int MlpWidth => (int)(Width * MlpRatio);

    internal double ApproximateParameters => (double)Depth * Width * (4.0 * Width + 2.0 * Width * MlpRatio) + (double)Tokens * Width;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Depth, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Width, 1 << 15);
        if (ImageSize < PatchSize || ImageSize % PatchSize != 0 || Grid > 256)
            throw new ArgumentException($"img_size {ImageSize} must be a multiple of patch_size {PatchSize}, at most 256 times as large");
        if (Width % Heads != 0)
            throw new ArgumentException($"width {Width} does not divide into {Heads} heads");
        if (!(MlpRatio is > 0 and <= 64) || MlpWidth < 1)
            throw new ArgumentException($"mlp_ratio {MlpRatio} must be above 0 and at most 64");
    }
}
