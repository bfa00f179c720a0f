using Vtok.Models.Weights;

namespace Vtok.Models.Lavit;

/// <summary>Settings of a <see cref="LavitDecoder"/>. Defaults: the published one for pictures of 512 pixels.</summary>
public sealed record LavitDecoderConfig
{
    /// <summary>The published decoder for pictures of about 1024 pixels.</summary>
    public static LavitDecoderConfig High { get; } = new() { SecondWidth = 1280, PooledWidth = 1280 };

    /// <summary>Positions of the grid (N), the most ids of a picture.</summary>
    public int Positions { get; init; } = 256;

    /// <summary>Length of a code (D).</summary>
    public int CodeDimension { get; init; } = 32;

    /// <summary>Width of the blocks (C), a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 1408;

    /// <summary>Blocks.</summary>
    public int Depth { get; init; } = 12;

    /// <summary>Attention heads, of the blocks and of the attention pool.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Hidden width of the feed-forward part.</summary>
    public int MlpWidth { get; init; } = 6144;

    /// <summary>Width of the features that are rebuilt, the tower's (F).</summary>
    public int FeatureWidth { get; init; } = 1408;

    /// <summary>Outputs of the projection for the diffusion model; of the first one where there are two.</summary>
    public int ConditioningWidth { get; init; } = 768;

    /// <summary>Outputs of the second projection, or null in the low resolution.</summary>
    public int? SecondWidth { get; init; }

    /// <summary>Outputs of the attention pool, or null in the low resolution.</summary>
    public int? PooledWidth { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether this is the decoder for the high resolution.</summary>
    public bool IsHigh => SecondWidth is not null;

    internal double ApproximateParameters => Depth * (8.0 * Width + 2.0 * MlpWidth) * Width + 2.0 * Positions * Width + 6.0 * FeatureWidth * FeatureWidth;

    /// <summary>Reads the settings off the shapes of a checkpoint; what is missing there keeps its default, and loading names it.</summary>
    /// <param name="entries">The decoder's tensors without prefix.</param>
    /// <param name="heads">Attention heads, which no shape shows.</param>
    /// <exception cref="CheckpointException">The shapes describe no possible decoder.</exception>
    public static LavitDecoderConfig FromShapes(IReadOnlyDictionary<string, TensorEntry> entries, int heads)
    {
        bool high = entries.Keys.Any(name => name.StartsWith("unet_attnpool.", StringComparison.Ordinal) || name.StartsWith("unet_proj_", StringComparison.Ordinal));
        int depth = entries.CountOf("blocks.", ".norm0.weight");
        LavitDecoderConfig published = high ? High : new LavitDecoderConfig();
        LavitDecoderConfig config = published with
        {
            Positions = Size("pos_embed", 1, 3) ?? published.Positions,
            CodeDimension = Size("in_proj.weight", 1, 2) ?? published.CodeDimension,
            Width = Size("in_proj.weight", 0, 2) ?? published.Width,
            Depth = depth > 0 ? depth : published.Depth,
            Heads = heads,
            MlpWidth = Size("blocks.0.mlp.fc1.weight", 0, 2) ?? published.MlpWidth,
            FeatureWidth = Size("decode_task_layer.2.weight", 0, 2) ?? published.FeatureWidth,
            ConditioningWidth = Size(high ? "unet_proj_1.weight" : "unet_proj.weight", 0, 2) ?? published.ConditioningWidth,
            SecondWidth = high ? Size("unet_proj_2.weight", 0, 2) ?? published.SecondWidth : null,
            PooledWidth = high ? Size("unet_attnpool.c_proj.weight", 0, 2) ?? published.PooledWidth : null,
        };
        try
        {
            config.Validate();
            return config;
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.Mismatch, $"the decoder's weights do not fit the config: {e.Message}", e);
        }

        int? Size(string name, int axis, int axes) => entries.SizeOf(name, axis, axes) is { } size ? (int)Math.Min(size, int.MaxValue) : null;
    }

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        if (Positions is < 1 or > 1 << 16)
            throw new ArgumentException($"decoder positions {Positions}: expected 1 to {1 << 16}");
        if (Depth is < 1 or > 1000)
            throw new ArgumentException($"decoder depth {Depth}: expected 1 to 1000");
        if (Width is < 1 or > 1 << 15 || Heads < 1 || Width % Heads != 0)
            throw new ArgumentException($"decoder width {Width} does not divide into {Heads} heads");
        foreach (int width in new[] { CodeDimension, MlpWidth, FeatureWidth, ConditioningWidth, SecondWidth ?? 1, PooledWidth ?? 1 })
            if (width is < 1 or > 1 << 16)
                throw new ArgumentException($"decoder: a width of {width}, expected 1 to {1 << 16}");
        if (SecondWidth is null != PooledWidth is null)
            throw new ArgumentException("decoder unet_proj: expected one width (low resolution) or three (high resolution)");
        if (IsHigh && FeatureWidth % Heads != 0)
            throw new ArgumentException($"decoder_out_dim {FeatureWidth} does not divide into {Heads} heads of the attention pool");
    }
}
