namespace Vtok.Models.TokenFlow;

/// <summary>Sizes of a SigLIP vision transformer.</summary>
public sealed record SigLipVisionConfig : VisionConfig
{
    /// <summary>The published encoder, so400m of patches of 14 at 384.</summary>
    public static SigLipVisionConfig So400M { get; } = new() { ImageSize = 384, PatchSize = 14, Width = 1152, Layers = 27, Heads = 16, Hidden = 4304 };

    /// <inheritdoc/>
    public override required int PatchSize { get; init; }

    /// <summary>Width inside a feed-forward layer.</summary>
    public required int Hidden { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Layers < 2)
            throw new ArgumentException($"semantic_encoder: {Layers} layers; the features are those before the last, so at least 2 are needed");
    }
}
