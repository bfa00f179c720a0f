namespace Vtok.Models.FlexTok;

/// <summary>Shape of the flow decoder, with the published names in brackets. Sizes are those of the published tokenizers by default.</summary>
public sealed record FlexTokDecoderConfig
{
    /// <summary>Channels of the latents (channels_in). Default: 16.</summary>
    public int LatentChannels { get; init; } = 16;

    /// <summary>Latents along a side of a patch (patch_sizes). Default: 2.</summary>
    public int Patch { get; init; } = 2;

    /// <summary>Most patches down and across (max_sizes). Default: 16 and 16.</summary>
    public IReadOnlyList<int> Grid { get; init; } = [16, 16];

    /// <summary>Positions of the patches. Default: fixed sines and cosines.</summary>
    public PatchPositionsConfig Positions { get; init; } = new();

    /// <summary>Registers N, the most tokens of a picture (max_sizes of the registers' positions); 0 where every patch has a token, which is added to it. Default: 256.</summary>
    public int Registers { get; init; } = 256;

    /// <summary>The trunk, with modulation.</summary>
    public required FlexTransformerConfig Transformer { get; init; }

    /// <summary>What comes after the trunk. Default: norm, modulation and a linear layer.</summary>
    public FlexHeadConfig Head { get; init; } = new();

    /// <summary>Values of a code (dim_in). Default: 6.</summary>
    public int CodeDimension { get; init; } = 6;

    /// <summary>Sines and cosines of the time (frequency_embedding_size). Default: 256.</summary>
    public int TimeFeatures { get; init; } = 256;

    /// <summary>Largest time; it also scales the frequencies (max_timestep). Default: 1000.</summary>
    public double MaxTime { get; init; } = 1000;

    /// <summary>How training draws the number of kept tokens (size_sampling_mode of the nested dropout). Default: <see cref="NestedDropoutMode.Uniform"/>.</summary>
    public NestedDropoutMode Dropout { get; init; }

    /// <summary>Share of pictures that training gives the null condition (dropout_prob). Default: 0.</summary>
    public double NullProbability { get; init; }

    /// <summary>Whether the null condition is zeros (ZeroNullCond) instead of a learned vector.</summary>
    public bool ZeroNull { get; init; }

    /// <summary>Names of the modules in the tree, by which their parameters are called.</summary>
    public FlexTokDecoderNames Names { get; init; } = new();

    /// <summary>Tokens of a whole picture.</summary>
    public int Tokens => Registers > 0 ? Registers : Grid[0] * Grid[1];

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Transformer.Validate();
        if (Transformer.ModulationStreams == 0)
            throw new ArgumentException("decoder: the trunk has no adaLN (adaLN_emb_read_key), so it cannot know the time");
        FlexTokGeometry.Validate("decoder", LatentChannels, Patch, Grid, Registers, CodeDimension, Transformer.Width);
        if (Transformer.CrossAttention && Transformer.ModulationStreams == 2)
            throw new ArgumentException("adaLN_expansion: 2, expected 1 in a FlexTransformerDecoder, whose sequence has only patches");
        if (Registers == 0 && (Transformer.ModulationStreams == 2 || Transformer.CrossAttention))
            throw new ArgumentException("decoder: without registers, expected a FlexTransformer and adaLN_expansion 1");
        Positions.Validate(Grid);
        Head.Validate(Transformer.Width);
        if (Head.Layers != 1)
            throw new ArgumentException($"num_layers: {Head.Layers}, expected 1 in the decoder");
        if (TimeFeatures < 2 || TimeFeatures % 2 != 0)
            throw new ArgumentException($"frequency_embedding_size: {TimeFeatures}, expected an even number of at least 2");
        if (!(MaxTime > 0))
            throw new ArgumentException($"max_timestep: {MaxTime}, expected more than 0");
        if (NullProbability is not (>= 0 and <= 1))
            throw new ArgumentException($"dropout_prob: {NullProbability}, expected 0 to 1");
    }
}
