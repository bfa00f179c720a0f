namespace Vtok.Models.Lavit;

/// <summary>Conditioning of the diffusion model for about 1024 pixels; the first half of the batch is the unconditional one, zeros.</summary>
/// <param name="HiddenStates">encoder_hidden_states [2B, N, E].</param>
/// <param name="TextEmbeddings">text_embeds [2B, P].</param>
/// <param name="TimeIds">time_ids [2B, 6]: original height and width, crop top and left, target height and width.</param>
public sealed record HighConditioning(Tensor HiddenStates, Tensor TextEmbeddings, Tensor TimeIds);
