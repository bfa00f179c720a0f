using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;
using Vtok.Training.Losses;
using Vtok.Training.Tasks;

namespace Vtok.Training.LlamaGen;

/// <summary>What a LlamaGen tokenizer minimises (arXiv 2406.06525, section 2.1): pixels, perceptual distance, the quantizer's terms and the discriminator's opinion.</summary>
/// <param name="network">The network.</param>
/// <param name="settings">Weights.</param>
/// <param name="distance">Perceptual distance, or null without one.</param>
/// <param name="adversary">Discriminator, or null without one.</param>
internal sealed class LlamaGenObjective(LlamaGenNetwork network, LlamaGenLossSettings settings, PictureDistance? distance, Adversary? adversary)
{
    /// <summary>Vectors [B, D, h, w] of pictures [B, 3, H, W] in -1..1, before the quantizer.</summary>
    public Tensor Vectors(Tensor pictures) => network.Vectors(network.Features(pictures));

    /// <summary>Quantizes, reconstructs and judges.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    /// <param name="vectors">Their vectors [B, D, h, w].</param>
    /// <param name="step">The step, for the discriminator's start.</param>
    /// <param name="dropout">Source of the draws of each picture, for LPIPS with dropout; null without.</param>
    public GridOutput Run(Tensor pictures, Tensor vectors, long step, IReadOnlyList<Generator>? dropout = null)
    {
        QuantizerOutput quantized = network.Quantize(vectors);
        return Judge(pictures, quantized.Quantized, Terms(quantized), step, dropout) with { Ids = quantized.Ids };
    }

    /// <summary>Reconstructs and judges vectors that are not quantized here.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    /// <param name="vectors">What the decoder reads [B, D, h, w].</param>
    /// <param name="bottleneck">Terms of what came before.</param>
    /// <param name="step">The step, for the discriminator's start.</param>
    /// <param name="dropout">As in <see cref="Run"/>.</param>
    public GridOutput Judge(Tensor pictures, Tensor vectors, IReadOnlyList<LossTerm> bottleneck, long step, IReadOnlyList<Generator>? dropout = null)
    {
        Tensor reconstruction = network.DecodeVectors(vectors).to(ScalarType.Float32);
        Tensor error = settings.Squared ? nn.functional.mse_loss(reconstruction, pictures) : nn.functional.l1_loss(reconstruction, pictures);
        List<LossTerm> terms = [new("reconstruction", error, settings.ReconstructionWeight)];
        if (distance is not null)
            terms.Add(new LossTerm("perceptual", distance.Between(reconstruction, pictures, dropout), settings.PerceptualWeight));
        Tensor fidelity = LossTerm.Sum(terms);
        terms.AddRange(bottleneck);
        if (adversary is not null)
            terms.AddRange(adversary.GeneratorTerms(reconstruction, step, fidelity, network.LastLayer));
        return new GridOutput(reconstruction, terms);
    }

    // Already weighted by the quantizer.
    private static IReadOnlyList<LossTerm> Terms(QuantizerOutput output) => [.. output.Losses.Select(term => new LossTerm(term.Key switch
    {
        QuantizerOutput.Codebook => "codebook",
        QuantizerOutput.Commitment => "commitment",
        _ => "entropy",
    }, term.Value))];
}
