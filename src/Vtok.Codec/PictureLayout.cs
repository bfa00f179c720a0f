using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>How a picture of one size is cut into the pictures that a model sees (lanes), and put together again.</summary>
internal abstract class PictureLayout
{
    protected PictureLayout(int width, int height) => (Width, Height) = (width, height);

    /// <summary>Width of the picture that is put together.</summary>
    public int Width { get; }

    /// <summary>Height of the picture that is put together.</summary>
    public int Height { get; }

    /// <summary>Number of lanes.</summary>
    public abstract int Lanes { get; }

    /// <summary>Size of every lane's picture.</summary>
    public abstract (int Width, int Height) LaneSize { get; }

    /// <summary>Cuts a picture.</summary>
    /// <param name="picture">A picture of the size that the layout was made for.</param>
    /// <returns>One picture a lane, all of <see cref="LaneSize"/>.</returns>
    public abstract IReadOnlyList<RgbImage> Split(RgbImage picture);

    /// <summary>Puts a picture together.</summary>
    /// <param name="lanes">One picture a lane, in order; read once, so a sequence that decodes as it goes needs no memory for all.</param>
    public abstract RgbImage Join(IEnumerable<RgbImage> lanes);

    /// <summary>The layout of a picture.</summary>
    /// <param name="info">The model.</param>
    /// <param name="kind">Fit, crop or tile for a model with a native size; grid for one without.</param>
    /// <param name="width">Width of the picture, 1..65535.</param>
    /// <param name="height">Height of the picture, 1..65535.</param>
    /// <param name="overlap">Pixels that neighbouring tiles share, 0 to half the smaller native side; only for tile.</param>
    /// <exception cref="ArgumentException">The model and the layout do not go together.</exception>
    /// <exception cref="NotSupportedException">The model wants pictures scaled in a way that is not known here.</exception>
    /// <exception cref="TokenFileException">Padded to whole cells, the picture would be larger than a picture can be.</exception>
    public static PictureLayout Create(TokenizerInfo info, VtokLayout kind, int width, int height, int overlap = 0)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (kind == VtokLayout.Grid)
            return info.Factor is int factor ? new GridLayout(width, height, factor)
                : throw new ArgumentException($"layout grid is for models without a native size; {info.Name} has {info.NativeWidth}x{info.NativeHeight}: use fit, crop or tile");
        if (info is not { NativeWidth: int nativeWidth, NativeHeight: int nativeHeight })
            throw new ArgumentException($"layout {kind.ToString().ToLowerInvariant()} is for models with a native size; {info.Name} takes any size: use grid");
        ResampleFilter filter = Filter(info.Preprocessing);
        return kind switch
        {
            VtokLayout.Fit => new FitLayout(width, height, nativeWidth, nativeHeight, filter),
            VtokLayout.Crop => new CropLayout(nativeWidth, nativeHeight, filter),
            VtokLayout.Tile => new TiledLayout(width, height, nativeWidth, nativeHeight, overlap),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown layout"),
        };
    }

    private static ResampleFilter Filter(ImagePreprocessing preprocessing) => preprocessing switch
    {
        { Antialias: false } => throw new NotSupportedException("the model wants pictures scaled without antialias, which is not known here"),
        { Filter: "box" } => ResampleFilter.Box,
        { Filter: "bilinear" } => ResampleFilter.Bilinear,
        { Filter: "hamming" } => ResampleFilter.Hamming,
        { Filter: "bicubic" } => ResampleFilter.Bicubic,
        { Filter: "lanczos" } => ResampleFilter.Lanczos,
        _ => throw new NotSupportedException($"the model wants the resampling filter \"{preprocessing.Filter}\", expected box, bilinear, hamming, bicubic or lanczos"),
    };
}
