using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>What a pass of stage one gives.</summary>
/// <param name="Logits">Logits of the proxy codes [B, K, g, g].</param>
/// <param name="Ids">Token ids, int64 [B, N]; null while vectors pass unquantized.</param>
/// <param name="Terms">Loss terms.</param>
internal sealed record StageOneOutput(Tensor Logits, Tensor? Ids, IReadOnlyList<LossTerm> Terms);
