using System.Buffers.Binary;

namespace Vtok.Imaging;

/// <summary>What the files of each <see cref="ImageFormat"/> look like from outside.</summary>
public static class ImageFormats
{
    /// <summary>Tells the format by the first bytes; null when it is none on the allow-list. File names never count.</summary>
    public static ImageFormat? Sniff(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (file.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8))
            return ImageFormat.Webp;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8))
            return ImageFormat.Tiff;
        return IsAvif(file) ? ImageFormat.Avif : null;
    }

    /// <summary>The usual file extension, with its dot.</summary>
    public static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Png => ".png",
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.Webp => ".webp",
        ImageFormat.Avif => ".avif",
        ImageFormat.Tiff => ".tiff",
        ImageFormat.Gif => ".gif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
    };

    /// <summary>The format to write a file of this name in; null when the extension is none of ours.</summary>
    public static ImageFormat? FromFileName(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => ImageFormat.Png,
        ".JPG" or ".JPEG" or ".JPE" => ImageFormat.Jpeg,
        ".WEBP" => ImageFormat.Webp,
        ".AVIF" => ImageFormat.Avif,
        ".TIF" or ".TIFF" => ImageFormat.Tiff,
        ".GIF" => ImageFormat.Gif,
        _ => null,
    };

    /// <summary>The name that messages use.</summary>
    internal static string Name(ImageFormat format) => format switch
    {
        ImageFormat.Webp => "WebP",
        _ => format.ToString().ToUpperInvariant(),
    };

    // An ISO media file names its kinds in the first box: [size 4]["ftyp"][major 4][version 4][compatible 4]...
    private static bool IsAvif(ReadOnlySpan<byte> file)
    {
        if (file.Length < 16 || !file[4..8].SequenceEqual("ftyp"u8))
            return false;
        int length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)Math.Min(file.Length, 256));
        for (int i = 8; i + 4 <= length; i += 4)
            if (i != 12 && (file.Slice(i, 4).SequenceEqual("avif"u8) || file.Slice(i, 4).SequenceEqual("avis"u8)))
                return true;
        return false;
    }
}
