namespace Vtok.Models.OneDPiece;

/// <summary>Settings of the MaskGIT-VQGAN (arXiv 2202.04200), whose codes the first training stage predicts. Defaults: the published f16 model.</summary>
public sealed record ProxyTokenizerConfig
{
    /// <summary>Number of codes (K).</summary>
    public int CodebookSize { get; init; } = 1024;

    /// <summary>Length of a code and channels of the bottleneck.</summary>
    public int CodeDimension { get; init; } = 256;

    /// <summary>Channels at full resolution.</summary>
    public int HiddenChannels { get; init; } = 128;

    /// <summary>Channels of each level in multiples of <see cref="HiddenChannels"/>; every level after the first halves the sides.</summary>
    public IReadOnlyList<int> ChannelMultipliers { get; init; } = [1, 1, 2, 2, 4];

    /// <summary>Residual blocks of a level and of the middle.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Channels of a picture.</summary>
    public int PictureChannels { get; init; } = 3;

    /// <summary>Groups of every group norm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Side of the pictures that it was trained on; the network itself takes any multiple of <see cref="Factor"/>.</summary>
    public int Resolution { get; init; } = 256;

    /// <summary>Pixels per code along a side.</summary>
    public int Factor => 1 << (ChannelMultipliers.Count - 1);

    /// <summary>Channels of a level.</summary>
    internal int Channels(int level) => HiddenChannels * ChannelMultipliers[level];

    internal double ApproximateParameters =>
        2 * ChannelMultipliers.Append(ChannelMultipliers[^1]).Sum(m => Blocks * 18.0 * HiddenChannels * m * HiddenChannels * m) // two 3 x 3 convolutions a block
        + (double)CodebookSize * CodeDimension;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CodebookSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CodeDimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PictureChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NormGroups, 1);
        if (ChannelMultipliers.Count is < 1 or > 10 || ChannelMultipliers.Any(m => m is < 1 or > 64))
            throw new ArgumentException("channel_mult must hold 1 to 10 numbers of 1 to 64");
        if (ChannelMultipliers.Any(m => HiddenChannels * m % NormGroups != 0))
            throw new ArgumentException($"every level's channels must divide into {NormGroups} groups");
        if (Resolution < Factor || Resolution % Factor != 0)
            throw new ArgumentException($"resolution {Resolution} must be a multiple of {Factor}");
    }

    // Records compare lists by reference; two equal configs should be equal.
    /// <summary>Whether all settings agree.</summary>
    public bool Equals(ProxyTokenizerConfig? other) =>
        other is not null && ChannelMultipliers.SequenceEqual(other.ChannelMultipliers)
        && (CodebookSize, CodeDimension, HiddenChannels, Blocks, PictureChannels, NormGroups, Resolution)
            == (other.CodebookSize, other.CodeDimension, other.HiddenChannels, other.Blocks, other.PictureChannels, other.NormGroups, other.Resolution);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CodebookSize, CodeDimension, HiddenChannels, Blocks, ChannelMultipliers.Count);
}
