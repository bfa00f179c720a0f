namespace Vtok.Models;

/// <summary>Options of <see cref="IFeatureTokenizer.Features"/>; a reading ignores what it has no use for.</summary>
public sealed record FeatureOptions
{
    /// <summary>Most that <see cref="NoiseLevel"/> can be.</summary>
    public const int MostNoiseLevel = 999;

    /// <summary>Normalizer of the diffusion model that <see cref="Seed.SeedTokenizer.Unclip"/> is for, which needs it; stays the caller's.</summary>
    public Seed.UnclipNormalizer? Normalizer { get; init; }

    /// <summary>Noise level of class labels, 0..<see cref="MostNoiseLevel"/>. Default: 0, as published.</summary>
    public int NoiseLevel { get; init; }

    /// <summary>Seed of the noise of class labels. Default: 0.</summary>
    public ulong NoiseSeed { get; init; }
}
