using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>A picture cut and scaled to what the model sees.</summary>
public sealed class PreparedPicture
{
    internal PreparedPicture(VtokLayout layout, int width, int height, int overlap, IReadOnlyList<RgbImage> lanes) =>
        (Layout, Width, Height, Overlap, Lanes) = (layout, width, height, overlap, lanes);

    /// <summary>How it was cut.</summary>
    public VtokLayout Layout { get; }

    /// <summary>Width of the original.</summary>
    public int Width { get; }

    /// <summary>Height of the original.</summary>
    public int Height { get; }

    /// <summary>Overlap of tiles in pixels, else 0.</summary>
    public int Overlap { get; }

    /// <summary>The pictures that the model sees, all of one size; tiles are copied out of the picture when they are asked for.</summary>
    public IReadOnlyList<RgbImage> Lanes { get; }
}
