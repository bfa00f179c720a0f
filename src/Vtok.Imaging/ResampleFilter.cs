namespace Vtok.Imaging;

/// <summary>Filters of Pillow's <c>Image.resize</c>.</summary>
public enum ResampleFilter
{
    /// <summary>The nearest pixel, no averaging.</summary>
    Nearest,

    /// <summary>Box average, support 0.5.</summary>
    Box,

    /// <summary>Triangle, support 1.</summary>
    Bilinear,

    /// <summary>Hamming-windowed sinc, support 1.</summary>
    Hamming,

    /// <summary>Cubic with a = -0.5, support 2.</summary>
    Bicubic,

    /// <summary>Windowed sinc, support 3.</summary>
    Lanczos,
}
