namespace Vtok.Models.TokenFlow;

/// <summary>Sizes of a ViTamin: two convolutional stages, then transformer blocks.</summary>
public sealed record ViTaminConfig : VisionConfig
{
    /// <summary>The published encoder.</summary>
    public static ViTaminConfig ExtraLarge { get; } = new()
    {
        ImageSize = 256, Width = 1152, Layers = 32, Heads = 16, StemWidth = 192, StageWidths = [192, 384], StageDepths = [2, 4],
    };

    /// <inheritdoc/>
    /// <remarks>Always 16: stem, two stages and the last convolution halve the sides.</remarks>
    public override int PatchSize { get => 16; init => _ = value; }

    /// <summary>Channels of the first convolutions.</summary>
    public required int StemWidth { get; init; }

    /// <summary>Channels of the convolutional stages.</summary>
    public required IReadOnlyList<int> StageWidths { get; init; }

    /// <summary>Blocks of the convolutional stages.</summary>
    public required IReadOnlyList<int> StageDepths { get; init; }

    /// <summary>Width inside a gated feed-forward layer, in multiples of <see cref="VisionConfig.Width"/>.</summary>
    public double MlpRatio { get; init; } = 2;

    /// <summary>Width inside a gated feed-forward layer.</summary>
    public int Hidden => (int)(Width * MlpRatio);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (StageWidths.Count != 2 || StageDepths.Count != 2 || StageWidths.Concat(StageDepths).Append(StemWidth).Any(value => value < 1))
            throw new ArgumentException($"semantic_encoder: stages of widths [{string.Join(", ", StageWidths)}] and depths [{string.Join(", ", StageDepths)}], expected two of each, at least 1");
    }

    // Records compare lists by reference; two equal configs should be equal.
    /// <summary>Whether all settings agree.</summary>
    public bool Equals(ViTaminConfig? other) => base.Equals(other) && StageWidths.SequenceEqual(other.StageWidths) && StageDepths.SequenceEqual(other.StageDepths)
        && (StemWidth, MlpRatio) == (other.StemWidth, other.MlpRatio);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), StemWidth, MlpRatio);
}
