using Vtok.Models.OneDPiece;
using Vtok.Training.Lengths;
using Vtok.Training.Measures;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Stage one: the decoder guesses the codes that the proxy tokenizer gives the same pictures (arXiv 2406.07550, section 3.3).</summary>
/// <param name="network">A network of the stage-one form.</param>
/// <param name="quantizerWeight">Weight of the quantizer's losses.</param>
internal sealed class StageOneObjective(OneDPieceNetwork network, double quantizerWeight)
{
    /// <summary>Logits and the terms "cross-entropy", "quantizer", "commitment" and "codebook".</summary>
    /// <param name="pictures">[B, 3, S, S] in 0..1.</param>
    /// <param name="codes">Proxy codes, int64 [B, gg], row by row.</param>
    /// <param name="lengths">Tokens of each picture that the decoder sees; the quantizer's losses see them all.</param>
    /// <param name="step">The step, for the codebook's health.</param>
    /// <param name="health">Of the codebook, or null.</param>
    public StageOneOutput Run(Tensor pictures, Tensor codes, IReadOnlyList<int> lengths, long step = 0, CodebookHealth? health = null)
    {
        LatentCodes latents = LatentCodes.Of(network, network.Encode(pictures).to(ScalarType.Float32), quantizerWeight, step, health);
        Tensor logits = LengthGroups.Decode(latents.Vectors, lengths, (rows, length) => network.ProxyLogits(rows, length));
        Tensor entropy = nn.functional.cross_entropy(logits.to(ScalarType.Float32).flatten(2), codes);
        return new StageOneOutput(logits, latents.Ids, [new("cross-entropy", entropy), .. latents.Terms]);
    }
}
