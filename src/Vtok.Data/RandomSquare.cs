using System.Runtime.InteropServices;
using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>A square of random side at a random place, resampled and perhaps mirrored: a pure function of (seed, sample, epoch).</summary>
public sealed record RandomSquare : PictureTransform
{
    /// <summary>Least side as a share of the shorter side, above 0. Default: 0.8.</summary>
    public double MinShare { get; init; } = 0.8;

    /// <summary>Largest side as a share of the shorter side, at most 1. Default: 1.</summary>
    public double MaxShare { get; init; } = 1;

    /// <summary>Probability of mirroring left and right, 0..1. Default: 0.5.</summary>
    public double MirrorProbability { get; init; } = 0.5;

    internal override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxShare, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinShare, MaxShare);
        ArgumentOutOfRangeException.ThrowIfNegative(MirrorProbability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MirrorProbability, 1);
    }

    internal override RgbImage Apply(RgbImage image, SampleRandom random)
    {
        int shorter = Math.Min(image.Width, image.Height);
        int least = Math.Max(1, (int)Math.Ceiling(shorter * MinShare));
        int most = Math.Max(least, (int)Math.Floor(shorter * MaxShare));
        int side = least + random.Below(most - least + 1);
        int left = random.Below(image.Width - side + 1);
        int top = random.Below(image.Height - side + 1);
        bool mirrored = random.NextDouble() < MirrorProbability;
        RgbImage square = ToSide(ImageCrops.Crop(image, left, top, side, side));
        if (mirrored)
            Mirror(square); // a copy already: the cache's picture stays as it is
        return square;
    }

    private static void Mirror(RgbImage image)
    {
        for (int y = 0; y < image.Height; y++)
            MemoryMarshal.Cast<byte, Rgb>(image.Row(y)).Reverse();
    }

    private readonly record struct Rgb(byte R, byte G, byte B);
}
