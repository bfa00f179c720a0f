namespace Vtok.Imaging;

/// <summary>Limits and choices of decoding a picture file.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>Most pixels accepted, checked before any is decoded; never more than <see cref="RgbImage.MaxPixels"/>. Default: 100 megapixels.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Largest file accepted in bytes. Default: 64 MiB.</summary>
    public long MaxFileBytes { get; init; } = 64L << 20;

    /// <summary>Colour (R, G, B) that transparent pixels are laid on. Default: white.</summary>
    public (byte R, byte G, byte B) Background { get; init; } = (255, 255, 255);
}
