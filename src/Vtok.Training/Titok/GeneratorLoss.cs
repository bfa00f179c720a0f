using Vtok.Training.Losses;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>What TiTok's pixel stages minimise: pixels, perceptual distance, the bottleneck's terms and the discriminator's opinion (arXiv 2406.07550, 2501.07730).</summary>
/// <param name="settings">Weights.</param>
/// <param name="perceptual">Perceptual distance, or null without one; the caller owns it.</param>
/// <param name="adversarial">Discriminator, or null without one; the caller owns it.</param>
/// <param name="continuous">Whether the pixels' error is divided by the fixed variance.</param>
internal sealed class GeneratorLoss(PixelLossSettings settings, PictureDistance? perceptual, Adversary? adversarial, bool continuous)
{
    /// <summary>Weights.</summary>
    public PixelLossSettings Settings => settings;

    /// <summary>The terms "reconstruction", "perceptual", those of the bottleneck, and "gan".</summary>
    /// <param name="pictures">[B, 3, H, W] in 0..1.</param>
    /// <param name="reconstruction">The same shape, not clamped.</param>
    /// <param name="bottleneck">Terms of the bottleneck.</param>
    /// <param name="step">The step, for the discriminator's start.</param>
    public IReadOnlyList<LossTerm> Terms(Tensor pictures, Tensor reconstruction, IReadOnlyList<LossTerm> bottleneck, long step)
    {
        Tensor error = settings.Squared ? nn.functional.mse_loss(reconstruction, pictures) : nn.functional.l1_loss(reconstruction, pictures);
        double variance = continuous ? Math.Exp(settings.LogVariance) : 1;
        List<LossTerm> terms = [new("reconstruction", error, settings.ReconstructionWeight / variance)];
        if (perceptual is not null)
            terms.Add(new("perceptual", perceptual.BetweenUnit(reconstruction, pictures), settings.PerceptualWeight));
        terms.AddRange(bottleneck);
        if (adversarial is not null)
            terms.AddRange(adversarial.GeneratorTerms(reconstruction, step));
        return terms;
    }
}
