namespace Vtok.Models.Residual;

/// <summary>What the refinement decoder starts from. The tensors belong to the caller's dispose scope.</summary>
/// <param name="Planes">[B, P, S/4, S/4]: see <see cref="RefinementPlanes"/>.</param>
/// <param name="Linear">[B, 3, S, S]: the linear picture in -1..1, not clamped; the decoder's correction is added to it.</param>
public sealed record RefinementInput(Tensor Planes, Tensor Linear);
