namespace Vtok.Models.FlexTok;

/// <summary>Shape of the register encoder, with the published names in brackets. Sizes are those of the published tokenizers by default.</summary>
public sealed record FlexTokEncoderConfig
{
    /// <summary>Channels of the latents (channels_in). Default: 16.</summary>
    public int LatentChannels { get; init; } = 16;

    /// <summary>Latents along a side of a patch (patch_sizes). Default: 2.</summary>
    public int Patch { get; init; } = 2;

    /// <summary>Most patches down and across (max_sizes). Default: 16 and 16.</summary>
    public IReadOnlyList<int> Grid { get; init; } = [16, 16];

    /// <summary>Positions of the patches. Default: fixed sines and cosines.</summary>
    public PatchPositionsConfig Positions { get; init; } = new();

    /// <summary>Registers N, the most tokens of a picture (n_max); 0 where there are none and every patch is a token. Default: 256.</summary>
    public int Registers { get; init; } = 256;

    /// <summary>Whether fewer registers than N are averages of neighbours (ordering_mode avg_pool) instead of the first ones (nested, the default).</summary>
    public bool PooledRegisters { get; init; }

    /// <summary>Who sees whom (mask_mode). Default: <see cref="RegisterMask.CausalLast"/>.</summary>
    public RegisterMask Mask { get; init; }

    /// <summary>The trunk, without modulation.</summary>
    public required FlexTransformerConfig Transformer { get; init; }

    /// <summary>What comes after the trunk. Default: norm and a linear layer.</summary>
    public FlexHeadConfig Head { get; init; } = new();

    /// <summary>Values of a code (dim_out). Default: 6.</summary>
    public int CodeDimension { get; init; } = 6;

    /// <summary>Names of the modules in the tree, by which their parameters are called.</summary>
    public FlexTokEncoderNames Names { get; init; } = new();

    /// <summary>Whether the first tokens are the same however many registers there are, so that fewer tokens cost less.</summary>
    public bool Nested => Registers > 0 && !PooledRegisters && Mask != RegisterMask.Full;

    /// <summary>Tokens of a whole picture.</summary>
    public int Tokens => Registers > 0 ? Registers : Grid[0] * Grid[1];

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Transformer.Validate();
        if (Transformer.ModulationStreams != 0)
            throw new ArgumentException("encoder: the trunk has adaLN, but the encoder knows no time");
        FlexTokGeometry.Validate("encoder", LatentChannels, Patch, Grid, Registers, CodeDimension, Transformer.Width);
        if (Registers == 0 && (Mask != RegisterMask.Full || Transformer.CrossAttention))
            throw new ArgumentException("encoder: without registers, expected a FlexTransformer and mask_mode \"full\"");
        Positions.Validate(Grid);
        Head.Validate(Transformer.Width);
    }
}
