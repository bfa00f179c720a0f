namespace Vtok.Models.OneDPiece;

/// <summary>Size of a vision transformer; its feed-forward layers are four times as wide.</summary>
/// <param name="Width">Channels of a token, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Layers">Number of blocks, at least 1.</param>
/// <param name="Heads">Attention heads, at least 1.</param>
public sealed record TransformerSize(int Width, int Layers, int Heads)
{
    /// <summary>The published size "small".</summary>
    public static TransformerSize Small { get; } = new(512, 8, 8);

    /// <summary>The published size "base".</summary>
    public static TransformerSize Base { get; } = new(768, 12, 12);

    /// <summary>The published size "large".</summary>
    public static TransformerSize Large { get; } = new(1024, 24, 16);

    internal double ApproximateParameters => 12.0 * Width * Width * Layers; // attention 4, feed-forward 8 squares of the width a block

    internal static IReadOnlyDictionary<string, TransformerSize> Published { get; } =
        new Dictionary<string, TransformerSize> { ["small"] = Small, ["base"] = Base, ["large"] = Large };
}
