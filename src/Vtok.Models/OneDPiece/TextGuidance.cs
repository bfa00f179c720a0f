namespace Vtok.Models.OneDPiece;

/// <summary>Shape of the text features that a text-aware decoder (arXiv 2501.07730) reads beside the tokens.</summary>
/// <param name="Length">Number of text positions (T).</param>
/// <param name="Width">Channels of a text feature (E).</param>
public sealed record TextGuidance(int Length, int Width)
{
    /// <summary>All 77 positions of CLIP ViT-L/14-336's text tower after its last norm, as published.</summary>
    public static TextGuidance Published { get; } = new(77, 768);
}
