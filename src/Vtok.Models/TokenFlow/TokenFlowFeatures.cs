namespace Vtok.Models.TokenFlow;

/// <summary>The two maps of a picture before quantisation.</summary>
/// <param name="Semantic">[B, 32, g, g].</param>
/// <param name="Pixel">[B, 8, g, g].</param>
public sealed record TokenFlowFeatures(Tensor Semantic, Tensor Pixel)
{
    /// <summary>Both, semantic channels first: [B, 40, g, g].</summary>
    public Tensor Joint() => cat([Semantic, Pixel], 1);
}
