using Vtok.Models.Quantizers;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Loss terms of what lies between encoder and decoder.</summary>
internal static class BottleneckTerms
{
    /// <summary>A quantizer's terms: their sum "quantizer" weighs, the parts are only logged.</summary>
    public static IReadOnlyList<LossTerm> Of(QuantizerOutput output, double weight) =>
    [
        new("quantizer", output.TotalLoss(), weight),
        .. output.Losses.Select(part => new LossTerm(part.Key == QuantizerOutput.Commitment ? "commitment" : "codebook", part.Value, 0)),
    ];

    /// <summary>A variational bottleneck's term "kl": the divergence summed over all latents, a picture's mean.</summary>
    public static IReadOnlyList<LossTerm> Of(DiagonalGaussian gaussian, double weight)
    {
        using DisposeScope scope = NewDisposeScope();
        return [new("kl", (gaussian.Divergence().sum() / gaussian.Mean.size(0)).MoveToOuterDisposeScope(), weight)];
    }
}
