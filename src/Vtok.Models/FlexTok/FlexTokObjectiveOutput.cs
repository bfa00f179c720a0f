namespace Vtok.Models.FlexTok;

/// <summary>What a batch of <see cref="FlexTokObjective"/> gives.</summary>
/// <param name="Features">Features before the quantizer, [B, N, d].</param>
/// <param name="Ids">int64 [B, N].</param>
/// <param name="Noised">The latents at their times, [B, C, h, w].</param>
/// <param name="Velocity">What the decoder says, [B, C, h, w].</param>
/// <param name="Errors">Mean squared error of the velocity for each picture, [B]; the loss is their mean.</param>
/// <param name="Patches">Patch tokens of the block that was asked for, [B, rows, columns, D], or null.</param>
internal sealed record FlexTokObjectiveOutput(Tensor Features, Tensor Ids, Tensor Noised, Tensor Velocity, Tensor Errors, Tensor? Patches);
