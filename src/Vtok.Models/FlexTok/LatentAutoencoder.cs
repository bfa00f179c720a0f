using TorchSharp.Utils;
using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The VAE with the factor that brings its latents to about unit size. Key: vae.</summary>
internal sealed class LatentAutoencoder : Module
{
    [ComponentName(Name = "vae")] private readonly AutoencoderKl _autoencoder;

    public LatentAutoencoder(AutoencoderKlConfig config) : base(nameof(LatentAutoencoder))
    {
        _autoencoder = new AutoencoderKl(config);
        RegisterComponents();
    }

    /// <summary>The networks, owned by this module.</summary>
    public AutoencoderKl Autoencoder => _autoencoder;

    /// <summary>Pictures to scaled latents.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    /// <param name="noise">[B, C, h, w] standard normal for a draw from the posterior; null for its mean.</param>
    /// <param name="divergence">[B], 0.5 sum(mean² + variance - 1 - log variance), or null to leave it out.</param>
    /// <remarks>Quirk: the published code scales in place, so without a draw the divergence is that of the scaled mean.</remarks>
    public Tensor Encode(Tensor pictures, Tensor? noise, Action<Tensor>? divergence = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using DiagonalGaussian posterior = _autoencoder.Encode(pictures);
        Tensor latents = (noise is null ? posterior.Mean : posterior.Sample(noise)) * _autoencoder.Config.ScalingFactor;
        divergence?.Invoke(Divergence(noise is null ? latents : posterior.Mean, posterior).DetachFromDisposeScope());
        return latents.MoveToOuterDisposeScope();
    }

    /// <summary>Scaled latents [B, C, h, w] to pictures [B, 3, H, W], nominally in -1..1.</summary>
    public Tensor Decode(Tensor latents)
    {
        using DisposeScope scope = NewDisposeScope();
        return _autoencoder.Decode(latents / _autoencoder.Config.ScalingFactor).MoveToOuterDisposeScope();
    }

    private static Tensor Divergence(Tensor mean, DiagonalGaussian posterior) =>
        (mean.square() + posterior.Variance - 1 - posterior.LogVariance).sum([1, 2, 3]) * 0.5;
}
