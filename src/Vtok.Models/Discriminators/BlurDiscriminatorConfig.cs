namespace Vtok.Models.Discriminators;

/// <summary>Settings of a <see cref="BlurDiscriminator"/>. Defaults: as published with TiTok.</summary>
public sealed record BlurDiscriminatorConfig
{
    /// <summary>Channels of a picture.</summary>
    public int PictureChannels { get; init; } = 3;

    /// <summary>Channels of the stem; every stage after the first doubles them.</summary>
    public int HiddenChannels { get; init; } = 128;

    /// <summary>Stages, each of which halves the sides.</summary>
    public int Stages { get; init; } = 3;

    /// <summary>Whether sides are halved through a blur; otherwise by the mean of 2 x 2.</summary>
    public bool Blur { get; init; } = true;

    /// <summary>Side of the blur's binomial kernel.</summary>
    public int BlurKernel { get; init; } = 4;

    /// <summary>Groups of every group norm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Throws for the first value that is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PictureChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Stages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Stages, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(BlurKernel, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlurKernel, 9);
        if (NormGroups < 1 || HiddenChannels % NormGroups != 0)
            throw new ArgumentException($"{HiddenChannels} channels do not divide into {NormGroups} groups");
    }
}
