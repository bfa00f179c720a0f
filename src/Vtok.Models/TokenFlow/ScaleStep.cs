namespace Vtok.Models.TokenFlow;

/// <summary>What one scale of a <see cref="ScalePyramid"/> saw and did; tensors are valid during the call that reports them.</summary>
/// <param name="Index">Number of the scale, from 0.</param>
/// <param name="Pooled">The residual at this scale [B, S, S, C].</param>
/// <param name="Quantized">The codes resized to the last scale [B, C, g, g].</param>
/// <param name="Residual">What is left [B, C, g, g].</param>
internal readonly record struct ScaleStep(int Index, Tensor Pooled, Tensor Quantized, Tensor Residual);
