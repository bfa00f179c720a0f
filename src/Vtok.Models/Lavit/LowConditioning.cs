namespace Vtok.Models.Lavit;

/// <summary>Conditioning of the diffusion model for 512 pixels; the first half of the batch is the unconditional one.</summary>
/// <param name="HiddenStates">encoder_hidden_states [2B, N, E].</param>
/// <param name="Mask">encoder_attention_mask, int64 [2B, N], 1 where the rows count.</param>
public sealed record LowConditioning(Tensor HiddenStates, Tensor Mask);
