using TorchSharp.Utils;
using Vtok.Models.Quantizers;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>The variational autoencoder of latent diffusion (arXiv 2112.10752, appendix E.1) under the key names of the diffusers library.</summary>
/// <remarks>Always float32, even within autocast. Files of diffusers before 0.17 name the attention's layers otherwise: see <see cref="CurrentName"/>.</remarks>
public sealed class AutoencoderKl : Module<Tensor, Tensor>
{
    [ComponentName(Name = "encoder")] private readonly KlEncoder _encoder;
    [ComponentName(Name = "decoder")] private readonly KlDecoder _decoder;
    [ComponentName(Name = "quant_conv")] private readonly Conv2d _toPosterior;
    [ComponentName(Name = "post_quant_conv")] private readonly Conv2d _fromLatents;

    /// <summary>Creates the networks with undefined weights.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public AutoencoderKl(AutoencoderKlConfig config) : base(nameof(AutoencoderKl))
    {
        config.Validate();
        Config = config;
        _encoder = new KlEncoder(config);
        _decoder = new KlDecoder(config);
        _toPosterior = new Conv2d(2 * config.LatentChannels, 2 * config.LatentChannels, 1);
        _fromLatents = new Conv2d(config.LatentChannels, config.LatentChannels, 1);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public AutoencoderKlConfig Config { get; }

    /// <summary>Pictures to the distribution of their latents, not scaled.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1, sides divisible by the factor.</param>
    /// <returns>Mean and variance [B, C, H/f, W/f]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The sides are not divisible by the factor.</exception>
    public DiagonalGaussian Encode(Tensor pictures)
    {
        long height = pictures.size(2), width = pictures.size(3);
        if (height % Config.Factor != 0 || width % Config.Factor != 0)
            throw new ArgumentException($"{width}x{height} pixels: both sides must be divisible by {Config.Factor}", nameof(pictures));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(pictures.device_type);
        return new DiagonalGaussian(_toPosterior.call(_encoder.call(pictures.to(ScalarType.Float32))));
    }

    /// <summary>Latents to pictures.</summary>
    /// <param name="latents">[B, C, h, w], not scaled.</param>
    /// <returns>[B, 3, fh, fw], nominally in -1..1 and not clamped.</returns>
    public Tensor Decode(Tensor latents)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(latents.device_type);
        return _decoder.call(_fromLatents.call(latents.to(ScalarType.Float32))).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures to pictures through the mean of the latents.</summary>
    public override Tensor forward(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        using DiagonalGaussian posterior = Encode(pictures);
        return Decode(posterior.Mean).MoveToOuterDisposeScope();
    }

    /// <summary>Today's key for one that diffusers before 0.17 wrote: query, key, value, proj_attn of an attention; other keys come back as they are.</summary>
    /// <remarks>Weights of that time may be 1x1 convolutions [C, C, 1, 1]: drop the last two dimensions.</remarks>
    public static string CurrentName(string key)
    {
        string[] parts = key.Split('.');
        if (parts.Length < 4 || parts[^4] != "attentions")
            return key;
        string? renamed = parts[^2] switch
        {
            "query" => "to_q",
            "key" => "to_k",
            "value" => "to_v",
            "proj_attn" => "to_out.0",
            _ => null,
        };
        return renamed is null ? key : string.Join('.', [.. parts[..^2], renamed, parts[^1]]);
    }
}
