namespace Vtok.Models.Layers.Vqgan;

/// <summary>Sizes of one half, encoder or decoder, of the convolutional VQGAN that LlamaGen and TokenFlow share. Defaults: as published.</summary>
public sealed record VqganConfig
{
    /// <summary>Channels at full resolution (ch).</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Channels of each level in multiples of <see cref="Channels"/>, finest first; every level after the first halves the sides.</summary>
    public IReadOnlyList<int> Multipliers { get; init; } = [1, 1, 2, 2, 4];

    /// <summary>Residual blocks of an encoder's level; a decoder's has one more.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Groups of every group norm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Channels of the bottleneck (z_channels).</summary>
    public int LatentChannels { get; init; } = 256;

    /// <summary>Whether the coarsest level and the middle have self-attention, as published.</summary>
    public bool Attention { get; init; } = true;

    /// <summary>Pixels per position along a side.</summary>
    public int Factor => 1 << (Multipliers.Count - 1);

    /// <summary>Channels of each level, finest first.</summary>
    internal IReadOnlyList<int> Widths => [.. Multipliers.Select(m => m * Channels)];

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NormGroups, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LatentChannels, 1);
        if (Multipliers.Count is < 1 or > 10 || Multipliers.Any(m => m is < 1 or > 64))
            throw new ArgumentException($"ch_mult [{string.Join(", ", Multipliers)}], expected 1 to 10 numbers of 1 to 64");
        if (Channels % NormGroups != 0)
            throw new ArgumentException($"{Channels} channels do not divide into {NormGroups} groups");
    }

    // Records compare lists by reference; two equal configs should be equal.
    /// <summary>Whether all settings agree.</summary>
    public bool Equals(VqganConfig? other) =>
        other is not null && Multipliers.SequenceEqual(other.Multipliers)
        && (Channels, Blocks, NormGroups, LatentChannels, Attention) == (other.Channels, other.Blocks, other.NormGroups, other.LatentChannels, other.Attention);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Channels, Blocks, NormGroups, LatentChannels, Multipliers.Count);
}
