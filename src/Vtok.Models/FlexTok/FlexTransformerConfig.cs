namespace Vtok.Models.FlexTok;

/// <summary>Shape of a transformer trunk, with the published names in brackets and their defaults.</summary>
public sealed record FlexTransformerConfig
{
    /// <summary>Whether the trunk is a FlexTransformerDecoder, in which tokens of one kind attend to each other and then to those of the other kind. Default: false.</summary>
    public bool CrossAttention { get; init; }

    /// <summary>Width D (dim).</summary>
    public required int Width { get; init; }

    /// <summary>Number of blocks (depth).</summary>
    public required int Depth { get; init; }

    /// <summary>Width of a head (head_dim). Default: 64.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width of the feed-forward part over D before the cut for gating (mlp_ratio). Default: 4.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Whether the feed-forward part is gated (gated_mlp). Default: true.</summary>
    public bool Gated { get; init; } = true;

    /// <summary>Whether queries and keys are normalised in each head (qk_norm). Default: true.</summary>
    public bool NormalizeQueries { get; init; } = true;

    /// <summary>What the normalisations learn (norm_layer). Default: <see cref="TokenNormKind.Plain"/>.</summary>
    public TokenNormKind Norm { get; init; }

    /// <summary>Whether queries, keys and values have a bias (qkv_bias). Default: false.</summary>
    public bool QueryBias { get; init; }

    /// <summary>Whether the output of the attention has a bias (proj_bias). Default: false.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward part has biases (mlp_bias). Default: false.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Modulation vectors of each block: 0 for none, 1 for one of all tokens, 2 for one of patches and one of registers (adaLN_expansion).</summary>
    public int ModulationStreams { get; init; }

    /// <summary>Number of heads.</summary>
    public int Heads => Width / HeadWidth;

    /// <summary>Width of the hidden layer of the feed-forward part.</summary>
    public int Hidden => Gated ? 2 * (int)(MlpRatio * Width) / 3 : (int)(MlpRatio * Width);

    internal double ApproximateParameters => Depth * (((CrossAttention ? 8.0 : 4) + (CrossAttention ? 11 : 6) * ModulationStreams) * Width * Width + 3.0 * Width * Hidden);

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        if (Width < 1 || HeadWidth < 1 || Width % HeadWidth != 0)
            throw new ArgumentException($"dim: {Width}, expected a multiple of head_dim {HeadWidth}");
        if (Depth < 1)
            throw new ArgumentException($"depth: {Depth}, expected at least 1");
        if (Hidden < 1)
            throw new ArgumentException($"mlp_ratio: {MlpRatio}, expected a hidden layer of at least 1");
        if (Norm == TokenNormKind.None)
            throw new ArgumentException("norm_layer: null, expected Fp32LayerNorm in a trunk");
        if (ModulationStreams is < 0 or > 2)
            throw new ArgumentException($"adaLN_expansion: {ModulationStreams}, expected 1 or 2");
    }
}
