namespace Vtok.Models.Residual;

/// <summary>What every stage adds to a picture, each at its own resolution. The tensors belong to the caller's dispose scope.</summary>
/// <param name="Planes">The global stage, the raster stages, the levels: [B, 3, n, n] in the opponent space, orthonormal (LR_n);
/// zero where a token was not sent.</param>
/// <param name="Known">For each of them [B, 1, g, g]: 1 where a patch's token is known, else 0; for the global stage (g = 1) the share
/// of known tokens.</param>
public sealed record StagePlanes(IReadOnlyList<Tensor> Planes, IReadOnlyList<Tensor> Known);
