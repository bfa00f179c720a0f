using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;
using Vtok.Training.Measures;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Latents of a step as the decoder gets them.</summary>
/// <param name="Vectors">[B, C, 1, N].</param>
/// <param name="Ids">int64 [B, N]; null in the steps before the codebook is started, in which vectors pass unquantized.</param>
/// <param name="Terms">The quantizer's loss terms.</param>
internal sealed record LatentCodes(Tensor Vectors, Tensor? Ids, IReadOnlyList<LossTerm> Terms)
{
    /// <summary>Quantizes latents; their codebook's health, if it is watched, takes note.</summary>
    /// <param name="network">A discrete network.</param>
    /// <param name="latents">[B, C, 1, N], float32.</param>
    /// <param name="weight">Weight of the quantizer's losses.</param>
    /// <param name="step">The step.</param>
    /// <param name="health">Of the codebook, or null.</param>
    public static LatentCodes Of(OneDPieceNetwork network, Tensor latents, double weight, long step, CodebookHealth? health)
    {
        Tensor features = latents.squeeze(2).transpose(1, 2); // [B, N, C]
        if (health?.IsFree(step) == true)
        {
            health.Gather(features, step);
            return new LatentCodes(network.Config.Normalize ? nn.functional.normalize(latents, dim: 1) : latents, null, []);
        }
        QuantizerOutput quantized = network.Quantize(latents);
        health?.Note(features, quantized.Ids, step);
        return new LatentCodes(quantized.Quantized, quantized.Ids, BottleneckTerms.Of(quantized, weight));
    }
}
