using Vtok.Training.Tasks;

namespace Vtok.Training.LlamaGen;

/// <summary>What a pass gives.</summary>
/// <param name="Reconstruction">[B, 3, H, W] in -1..1, not clamped.</param>
/// <param name="Terms">Loss terms of the network.</param>
/// <param name="Ids">int64 [B, h, w] where the pass quantized, else null.</param>
internal sealed record GridOutput(Tensor Reconstruction, IReadOnlyList<LossTerm> Terms, Tensor? Ids = null);
