namespace Vtok.Models.Discriminators;

/// <summary>Settings of a <see cref="PatchDiscriminator"/>. Defaults: as published for LlamaGen.</summary>
public sealed record PatchDiscriminatorConfig
{
    /// <summary>Channels of a picture, at least 1.</summary>
    public int PictureChannels { get; init; } = 3;

    /// <summary>Channels after the first convolution (ndf), at least 1.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Halvings of the sides (n_layers), 1 to 8.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Whether <see cref="ActNorm"/> stands in the place of batch norm. Default: false.</summary>
    public bool ActNorm { get; init; }

    /// <summary>Least side of the pictures: what the halvings leave must have a place for two kernels of 4 x 4.</summary>
    public int LeastSide => 3 << Layers;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PictureChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Layers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Layers, 8);
    }
}
