using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>What a pass of a pixel stage gives.</summary>
/// <param name="Reconstruction">[B, 3, S, S], not clamped.</param>
/// <param name="Terms">Loss terms of the network.</param>
internal sealed record PixelOutput(Tensor Reconstruction, IReadOnlyList<LossTerm> Terms);
