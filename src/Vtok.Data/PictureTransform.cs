using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Makes a square of fixed side of any picture.</summary>
public abstract record PictureTransform
{
    /// <summary>Side of the result in pixels, 1..4096.</summary>
    public required int Side { get; init; }

    /// <summary>The resampling, applied where the cut square has another side.</summary>
    public required PictureResizer Resize { get; init; }

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

    /// <summary>Cuts a square and resamples it.</summary>
    protected RgbImage Cut(RgbImage image, int left, int top, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        RgbImage square = image;
        if (image.Width != side || image.Height != side)
        {
            square = new RgbImage(side, side);
            for (int y = 0; y < side; y++)
                image.Row(top + y).Slice(left * 3, side * 3).CopyTo(square.Row(y));
        }
        return side == Side ? square : Resize(square, Side, Side);
    }
}
