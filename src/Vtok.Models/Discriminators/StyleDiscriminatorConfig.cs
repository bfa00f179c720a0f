namespace Vtok.Models.Discriminators;

/// <summary>Settings of a <see cref="StyleDiscriminator"/>. Defaults: as published for LlamaGen.</summary>
public sealed record StyleDiscriminatorConfig
{
    /// <summary>Side of the pictures: a power of two, 8 or more, whose channels and those of its halves down to 4 are listed.</summary>
    public int PictureSide { get; init; } = 256;

    /// <summary>Channels of a picture, at least 1.</summary>
    public int PictureChannels { get; init; } = 3;

    /// <summary>Channels at each resolution.</summary>
    public IReadOnlyDictionary<int, int> Channels { get; init; } = new Dictionary<int, int>
    {
        [4] = 512, [8] = 512, [16] = 512, [32] = 512, [64] = 256, [128] = 128, [256] = 64, [512] = 32, [1024] = 16,
    };

    /// <summary>The same with at most so many channels at every resolution.</summary>
    public StyleDiscriminatorConfig AtMost(int channels) => this with { Channels = Channels.ToDictionary(pair => pair.Key, pair => Math.Min(pair.Value, channels)) };

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PictureChannels, 1);
        if (PictureSide < 8 || !int.IsPow2(PictureSide))
            throw new ArgumentException($"picture side {PictureSide}, expected a power of two of 8 or more");
        for (int side = PictureSide; side >= 4; side /= 2)
            if (!Channels.TryGetValue(side, out int width) || width < 1)
                throw new ArgumentException($"no channels for resolution {side}, expected at least 1");
    }
}
