namespace Vtok.Imaging;

/// <summary>Decodes and encodes picture files.</summary>
public interface IImageCodec
{
    /// <summary>Decodes a picture file to upright sRGB.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="options">Limits and background; null means the defaults.</param>
    /// <exception cref="ImageFileException">Not a picture of a known format, damaged, or over the limits.</exception>
    RgbImage Decode(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null);

    /// <summary>Reads the header alone, with the same checks as <see cref="Decode"/>.</summary>
    /// <exception cref="ImageFileException">Not a picture of a known format, a damaged header, or over the limits.</exception>
    ImageFileInfo Identify(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null);

    /// <summary>Encodes a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="format">File format.</param>
    /// <param name="quality">1..100 for lossy formats; null means the format's default, and lossless for PNG and TIFF.</param>
    byte[] Encode(RgbImage image, ImageFormat format, int? quality = null);
}
