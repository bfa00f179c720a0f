using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Layers.Flow;

namespace Vtok.Models.FlexTok;

/// <summary>Everything that a FlexTok tokenizer is built from (arXiv 2502.13967).</summary>
public sealed record FlexTokConfig
{
    /// <summary>Name of the family in descriptions of tokens.</summary>
    public const string Family = "flextok";

    /// <summary>The autoencoder, with the factor of its latents.</summary>
    public required AutoencoderKlConfig Autoencoder { get; init; }

    /// <summary>Whether the published code draws latents from the posterior instead of taking its mean (sample_posterior). Default: true.</summary>
    public bool SamplePosterior { get; init; } = true;

    /// <summary>Latents to codes.</summary>
    public required FlexTokEncoderConfig Encoder { get; init; }

    /// <summary>Codes and noise to latents.</summary>
    public required FlexTokDecoderConfig Decoder { get; init; }

    /// <summary>Levels of the quantizer (levels). Default: 8, 8, 8, 5, 5, 5, so 64,000 codes.</summary>
    public IReadOnlyList<int> Levels { get; init; } = [8, 8, 8, 5, 5, 5];

    /// <summary>How training draws times.</summary>
    public FlowTimeOptions Times { get; init; } = new();

    /// <summary>Pixels per patch along a side.</summary>
    public int PatchPixels => Autoencoder.Factor * Encoder.Patch;

    /// <summary>Height of a picture in pixels.</summary>
    public int Height => Encoder.Grid[0] * PatchPixels;

    /// <summary>Width of a picture in pixels.</summary>
    public int Width => Encoder.Grid[1] * PatchPixels;

    // A residual block is two 3x3 convolutions, and the decoder of the VAE has one block more than the encoder.
    internal double ApproximateParameters => Encoder.Transformer.ApproximateParameters + Decoder.Transformer.ApproximateParameters
        + Autoencoder.Widths.Sum(width => (2 * Autoencoder.BlocksPerLevel + 1) * 18.0 * width * width);

    /// <summary>Throws when a value is out of its range or parts do not go together.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Autoencoder.Validate();
        Encoder.Validate();
        Decoder.Validate();
        int channels = Autoencoder.LatentChannels;
        if (Encoder.LatentChannels != channels || Decoder.LatentChannels != channels)
            throw new ArgumentException($"the VAE has {channels} latent channels, the encoder reads {Encoder.LatentChannels} and the decoder {Decoder.LatentChannels}: expected one number (a VAE of another tokenizer?)");
        if (Encoder.CodeDimension != Levels.Count || Decoder.CodeDimension != Levels.Count)
            throw new ArgumentException($"levels: {Levels.Count} of them, but the encoder makes codes of {Encoder.CodeDimension} and the decoder reads {Decoder.CodeDimension}");
        if (Encoder.Registers != Decoder.Registers)
            throw new ArgumentException($"the encoder has {Encoder.Registers} registers, the decoder positions for {Decoder.Registers}");
        if (Encoder.Patch != Decoder.Patch || !Encoder.Grid.SequenceEqual(Decoder.Grid))
            throw new ArgumentException("encoder and decoder cut the latents into different patches");
    }
}
