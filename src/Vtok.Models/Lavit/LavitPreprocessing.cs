using Vtok.Models.Layers.Vision;
using Vtok.Streams;

namespace Vtok.Models.Lavit;

/// <summary>What happens to a picture before the tower sees it.</summary>
public static class LavitPreprocessing
{
    /// <summary>Pictures of bytes: squeezed to the square with Pillow's bicubic filter, then normalised.</summary>
    public static ImagePreprocessing Description { get; } = new()
    {
        Filter = "bicubic", Mean = PixelNormalization.Clip.MeanBillionths, Std = PixelNormalization.Clip.DeviationBillionths,
    };

    /// <summary>Float pictures [B, 3, H, W] in 0..1 to the square, as the published reconstruction demo does; not normalised: [B, 3, size, size].</summary>
    /// <remarks>Quirk: bicubic without antialias, and values may leave 0..1; the same picture has other ids than by way of bytes.</remarks>
    public static Tensor Resize(Tensor pictures, int size) =>
        nn.functional.interpolate(pictures, size: [size, size], mode: InterpolationMode.Bicubic, align_corners: false);
}
