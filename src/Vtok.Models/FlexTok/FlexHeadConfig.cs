namespace Vtok.Models.FlexTok;

/// <summary>What comes after a trunk (LinearHead, ToPatchesLinearHead, MLPHead), with the published names in brackets.</summary>
public sealed record FlexHeadConfig
{
    internal const string BaseWidthMember = "_mup_base_width";

    /// <summary>Normalisation before it (norm_layer). Default: <see cref="TokenNormKind.Plain"/>.</summary>
    public TokenNormKind Norm { get; init; }

    /// <summary>Whether its linear layers have biases (proj_bias; bias of an MLPHead). Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Whether the layer that makes modulation vectors has a bias (adaLN_bias). Default: true.</summary>
    public bool ModulationBias { get; init; } = true;

    /// <summary>Base width of muP where the last layer is a MuReadout (use_mup_readout), whose input is divided by width over this; null, the default, for a plain layer.</summary>
    /// <remarks>The published tree does not hold it: the member _mup_base_width beside use_mup_readout is ours.</remarks>
    public int? BaseWidth { get; init; }

    /// <summary>Linear layers (num_layers of an MLPHead); 1, the default, is a LinearHead.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Hidden width of an MLPHead over the trunk's (dim_hidden_ratio). Default: 4.</summary>
    public double HiddenRatio { get; init; } = 4;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate(int width)
    {
        if (BaseWidth < 1)
            throw new ArgumentException($"{BaseWidthMember}: {BaseWidth}, expected at least 1");
        if (Layers < 1)
            throw new ArgumentException($"num_layers: {Layers}, expected at least 1");
        if (Hidden(width) < 1)
            throw new ArgumentException($"dim_hidden_ratio: {HiddenRatio}, expected a hidden layer of at least 1");
    }

    internal int Hidden(int width) => (int)(HiddenRatio * width);

    // muP counts the width that the last layer reads: an MLPHead's hidden width grows with the trunk's, and so does its base.
    internal double ReadoutScale(int inputs) => BaseWidth is not { } known ? 1 : (Layers == 1 ? known : Hidden(known)) / (double)inputs;
}
