namespace Vtok.Models.TokenFlow;

/// <summary>Sizes of a CLIP vision transformer.</summary>
public sealed record ClipVisionConfig : VisionConfig
{
    /// <summary>The published encoder.</summary>
    public static ClipVisionConfig Base16 { get; } = new() { ImageSize = 224, PatchSize = 16, Width = 768, Layers = 12, Heads = 12, OutputWidth = 512 };

    /// <inheritdoc/>
    public override required int PatchSize { get; init; }

    /// <summary>Width of the teacher's features after its projection.</summary>
    public required int OutputWidth { get; init; }
}
