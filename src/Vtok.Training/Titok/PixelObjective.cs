using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;
using Vtok.Training.Lengths;
using Vtok.Training.Measures;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>The stages that end in pixels: stage two, which trains the decoder's side over frozen tokens, and single-stage training of everything.</summary>
internal sealed class PixelObjective
{
    private readonly OneDPieceNetwork _network;
    private readonly GeneratorLoss _loss;
    private readonly bool _decoderOnly;

    /// <summary>Takes a network of the two-stage form, whose encoder's side is frozen here, or of the one-stage form.</summary>
    /// <param name="network">The network; it stays its owner's.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="decoderOnly">Whether tokens stay as they are in the one-stage form too.</param>
    public PixelObjective(OneDPieceNetwork network, GeneratorLoss loss, bool decoderOnly = false)
    {
        (_network, _loss, _decoderOnly) = (network, loss, decoderOnly);
        if (!FrozenTokens)
            return;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            parameter.requires_grad = name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("pixel_", StringComparison.Ordinal);
    }

    private bool FrozenTokens => _decoderOnly || _network.Config.Form == OneDPieceForm.TwoStage;

    /// <summary>Reconstruction and loss terms.</summary>
    /// <param name="pictures">[B, 3, S, S] in 0..1.</param>
    /// <param name="step">The step, for the discriminator's start.</param>
    /// <param name="lengths">Tokens of each picture that the decoder sees, or null for all; with text the same of every picture.</param>
    /// <param name="noise">Standard normal draws [B, C, 1, N] of a continuous model, else null.</param>
    /// <param name="text">Text features [B, T, E] where the decoder reads them, else null.</param>
    /// <param name="health">Of the codebook, or null.</param>
    public PixelOutput Run(Tensor pictures, long step, IReadOnlyList<int>? lengths = null, Tensor? noise = null, Tensor? text = null, CodebookHealth? health = null)
    {
        (Tensor vectors, IReadOnlyList<LossTerm> bottleneck) = Tokens(pictures, noise, step, health);
        Tensor decoded = lengths is null || text is not null
            ? _network.Decode(vectors, lengths?.Distinct().Single(), text)
            : LengthGroups.Decode(vectors, lengths, (rows, length) => _network.Decode(rows, length));
        Tensor reconstruction = decoded.to(ScalarType.Float32);
        return new PixelOutput(reconstruction, _loss.Terms(pictures, reconstruction, bottleneck, step));
    }

    private (Tensor Vectors, IReadOnlyList<LossTerm> Terms) Tokens(Tensor pictures, Tensor? noise, long step, CodebookHealth? health)
    {
        using IDisposable? quiet = FrozenTokens ? no_grad() : null;
        Tensor latents = _network.Encode(pictures).to(ScalarType.Float32); // what follows is no place for bfloat16
        if (_decoderOnly && !_network.Config.Continuous)
            return (_network.Lookup(_network.Ids(latents)), []); // a pass in training mode would move codes that learn from statistics
        if (!_network.Config.Continuous)
        {
            LatentCodes codes = LatentCodes.Of(_network, latents, _loss.Settings.QuantizerWeight, step, health);
            return (codes.Vectors, codes.Terms);
        }
        using DiagonalGaussian gaussian = _network.Distribution(latents);
        return (gaussian.Sample(noise ?? throw new ArgumentNullException(nameof(noise))), BottleneckTerms.Of(gaussian, _loss.Settings.DivergenceWeight));
    }
}
