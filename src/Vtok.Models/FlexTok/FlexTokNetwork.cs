using TorchSharp.Utils;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>All of FlexTok's parameters under their published names: vae.vae, encoder.module_dict, decoder.module_dict.</summary>
/// <remarks>The quantizer has none.</remarks>
public sealed class FlexTokNetwork : Module
{
    [ComponentName(Name = "vae")] private readonly LatentAutoencoder _autoencoder;
    [ComponentName(Name = "encoder")] private readonly FlexTokEncoder _encoder;
    [ComponentName(Name = "decoder")] private readonly FlexTokDecoder _decoder;

    /// <summary>Creates the networks with undefined weights.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public FlexTokNetwork(FlexTokConfig config) : base(nameof(FlexTokNetwork))
    {
        config.Validate();
        Config = config;
        _autoencoder = new LatentAutoencoder(config.Autoencoder);
        _encoder = new FlexTokEncoder(config.Encoder);
        _decoder = new FlexTokDecoder(config.Decoder);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public FlexTokConfig Config { get; }

    internal LatentAutoencoder Autoencoder => _autoencoder;

    internal FlexTokEncoder Encoder => _encoder;

    internal FlexTokDecoder Decoder => _decoder;

    /// <summary>A quantizer of these settings; the caller disposes it.</summary>
    public FiniteScalarQuantizer CreateQuantizer() => new(new FiniteScalarQuantizerConfig { Levels = Config.Levels });

    /// <summary>The published start of encoder and decoder: all features and velocities zero. The VAE is trained before and stays as it is.</summary>
    public void Initialize(Generator generator)
    {
        _encoder.Initialize(generator);
        _decoder.Initialize(generator);
    }
}
