namespace Vtok.Models.Layers.Autoencoder;

/// <summary>Shape of an <see cref="AutoencoderKl"/>, with the names of the diffusers config in brackets.</summary>
public sealed record AutoencoderKlConfig
{
    /// <summary>Width per resolution, finest first (block_out_channels). Default: that of Stable Diffusion.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [128, 256, 512, 512];

    /// <summary>Residual blocks per resolution of the encoder; the decoder has one more (layers_per_block). Default: 2.</summary>
    public int BlocksPerLevel { get; init; } = 2;

    /// <summary>Channels of the latents (latent_channels): published with 4, 8 and 16.</summary>
    public required int LatentChannels { get; init; }

    /// <summary>Channels of the pictures (in_channels and out_channels). Default: 3.</summary>
    public int PictureChannels { get; init; } = 3;

    /// <summary>Groups of every group norm (norm_num_groups). Default: 32.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Factor between posterior samples and the latents that models see (scaling_factor). Default: 0.18215, that of Stable Diffusion.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Pixels per latent along a side.</summary>
    public int Factor => 1 << (Widths.Count - 1);

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        if (Widths.Count is < 1 or > 8)
            throw new ArgumentException($"block_out_channels: {Widths.Count} levels, expected 1 to 8");
        ArgumentOutOfRangeException.ThrowIfLessThan(BlocksPerLevel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LatentChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PictureChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NormGroups, 1);
        foreach (int width in Widths)
        {
            if (width < 1 || width % NormGroups != 0)
                throw new ArgumentException($"block_out_channels: {width} does not divide into {NormGroups} groups");
        }
    }
}
