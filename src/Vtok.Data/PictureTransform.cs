using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Makes a square of fixed side of any picture.</summary>
public abstract record PictureTransform
{
    /// <summary>Side of the result in pixels, 1..4096.</summary>
    public required int Side { get; init; }

    /// <summary>Filter that resamples a square of another side, to Pillow's bytes. Default: Lanczos.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Lanczos;

    /// <summary>Throws for the first value that is out of its range.</summary>
    public virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Side, 4096);
    }

    /// <summary>Whether the result depends on the random stream; if not, a cache may keep results instead of pictures.</summary>
    internal abstract bool IsRandom { get; }

    /// <summary>Side x Side pixels of a picture.</summary>
    internal abstract RgbImage Apply(RgbImage image, SampleRandom random);

    /// <summary>Resamples a square; one that has the side already is returned as it is.</summary>
    private protected RgbImage ToSide(RgbImage square) =>
        square.Width == Side ? square : Resampler.Resize(square, Side, Side, Filter);
}
