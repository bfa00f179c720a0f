using Vtok.Models.Layers.Flow;
using Vtok.Models.Quantizers;

namespace Vtok.Models.FlexTok;

/// <summary>What FlexTok's training minimises: latents to tokens, some of the tokens and noise to a velocity, its distance from the true one.</summary>
/// <param name="encoder">Latents to features.</param>
/// <param name="quantizer">Features to codes, with the gradient straight through.</param>
/// <param name="decoder">Codes and noisy latents to a velocity.</param>
internal sealed class FlexTokObjective(FlexTokEncoder encoder, FiniteScalarQuantizer quantizer, FlexTokDecoder decoder)
{
    /// <summary>One batch. All draws are the caller's.</summary>
    /// <param name="latents">Clean latents x0, [B, C, h, w].</param>
    /// <param name="noise">[B, C, h, w].</param>
    /// <param name="times">[B] in 0..1, of <see cref="FlowTimes"/>.</param>
    /// <param name="kept">Tokens that nested dropout leaves each picture, of <see cref="NestedDropout"/>; all where tokens are patches.</param>
    /// <param name="dropped">Whether a picture gets the null condition.</param>
    /// <param name="traced">Block whose patch tokens are wanted too (REPA), counted from 0, or null.</param>
    public FlexTokObjectiveOutput Run(Tensor latents, Tensor noise, Tensor times, IReadOnlyList<int> kept, IReadOnlyList<bool> dropped, int? traced = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = encoder.call(latents);                                              // [B, N, d]
        QuantizerOutput quantized = quantizer.Quantize(features);
        CodePrefix[] prefixes = [.. kept.Select((count, i) =>
            dropped[i] ? CodePrefix.Null(1) : CodePrefix.Of(quantized.Quantized.narrow(0, i, 1).narrow(1, 0, Math.Min(count, decoder.Config.Tokens))))];
        using DecoderCondition condition = decoder.Condition(prefixes, latents.size(2), latents.size(3));
        List<Tensor>? trace = traced is null ? null : [];
        Tensor noised = FlowTimes.Mix(latents, noise, times);
        Tensor velocity = decoder.Velocity(noised, condition, decoder.Modulate(times), trace);
        Tensor errors = (velocity - (noise - latents)).square().mean([1, 2, 3]);              // [B]
        Tensor? patches = trace is null ? null : condition.Layout.Take(trace[traced!.Value + 1], TokenKind.Patches)
            .view(latents.size(0), condition.Rows, condition.Columns, -1);                    // [B, rows, columns, D]
        return new FlexTokObjectiveOutput(
            features.MoveToOuterDisposeScope(), quantized.Ids.MoveToOuterDisposeScope(), noised.MoveToOuterDisposeScope(), velocity.MoveToOuterDisposeScope(),
            errors.MoveToOuterDisposeScope(), patches?.MoveToOuterDisposeScope());
    }

    /// <summary>Alignment with another network's features (REPA, arXiv 2410.06940): minus the mean cosine similarity over positions.</summary>
    /// <param name="projected">Patch tokens after a projector, [B, d, rows, columns]; resized to the grid of the targets.</param>
    /// <param name="targets">[B, d, rows', columns'].</param>
    /// <returns>A scalar.</returns>
    public static Tensor Alignment(Tensor projected, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor resized = nn.functional.interpolate(projected, [targets.size(2), targets.size(3)], mode: InterpolationMode.Bilinear, align_corners: false);
        return (-nn.functional.cosine_similarity(resized, targets, dim: 1).mean()).MoveToOuterDisposeScope();
    }
}
