namespace Vtok.Imaging;

/// <summary>Picture file formats on the allow-list.</summary>
public enum ImageFormat
{
    /// <summary>PNG.</summary>
    Png,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>TIFF.</summary>
    Tiff,

    /// <summary>GIF (the first frame).</summary>
    Gif,
}
