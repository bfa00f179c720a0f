using System.Runtime.InteropServices;
using NetVips;
using Vtok.Imaging.Vips;

namespace Vtok.Imaging;

/// <summary>Decodes and encodes pictures with libvips. Thread-safe; the native library is loaded by the first call that needs it.</summary>
/// <remarks>
/// Only formats of <see cref="ImageFormat"/> are tried, told by magic bytes. libvips is set up for the whole process: other loaders
/// blocked, no operation cache, one thread a picture, silent.
/// </remarks>
public sealed class VipsImageCodec : IImageCodec
{
    private const int MaxJpegScans = 100;

    // An empty scan of a colour picture costs up to 1 ns a pixel, so these keep the scans of a forged file to some 3 seconds.
    private const long MaxJpegScanPixels = 3_000_000_000;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">libvips does not load on this machine.</exception>
    public RgbImage Decode(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null)
    {
        options ??= new ImageDecodeOptions();
        ImageFormat format = Recognize(file.Span, options);
        try
        {
            using Image image = Open(file, format);
            CheckSize(image, format, file.Span, options);
            return Orientation.Upright(VipsPixels.Read(image, options.Background), StoredOrientation(image, format));
        }
        catch (VipsException e)
        {
            throw new ImageFileException(ImageFileError.Damaged, $"damaged {ImageFormats.Name(format)}: {LibVips.Reason(e)} (get an undamaged copy)", e);
        }
    }

    /// <inheritdoc/>
    public ImageFileInfo Identify(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null)
    {
        options ??= new ImageDecodeOptions();
        ImageFormat format = Recognize(file.Span, options);
        try
        {
            using Image image = Open(file, format);
            CheckSize(image, format, file.Span, options);
            return Orientation.SwapsSides(StoredOrientation(image, format))
                ? new ImageFileInfo(format, image.Height, image.Width)
                : new ImageFileInfo(format, image.Width, image.Height);
        }
        catch (VipsException e)
        {
            throw new ImageFileException(ImageFileError.Damaged, $"damaged {ImageFormats.Name(format)}: {LibVips.Reason(e)} (get an undamaged copy)", e);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Defaults: JPEG 90, WebP 80, AVIF 60. PNG and TIFF are lossless and take no notice of the quality. GIF is not written.</remarks>
    /// <exception cref="ImageFileException">The format cannot hold a picture of this size, or is GIF.</exception>
    public byte[] Encode(RgbImage image, ImageFormat format, int? quality = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality ?? 1, 1, nameof(quality));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality ?? 100, 100, nameof(quality));
        LibVips.Load();
        try
        {
            using Image pixels = VipsPixels.Wrap(image);
            return format switch
            {
                ImageFormat.Png => pixels.PngsaveBuffer(compression: 6, keep: Enums.ForeignKeep.None),
                ImageFormat.Jpeg => pixels.JpegsaveBuffer(q: quality ?? 90, optimizeCoding: true, keep: Enums.ForeignKeep.None),
                ImageFormat.Webp => pixels.WebpsaveBuffer(q: quality ?? 80, effort: 4, keep: Enums.ForeignKeep.None),
                ImageFormat.Avif => pixels.HeifsaveBuffer(
                    q: quality ?? 60, compression: Enums.ForeignHeifCompression.Av1, effort: 4, keep: Enums.ForeignKeep.None),
                ImageFormat.Tiff => pixels.TiffsaveBuffer(
                    compression: Enums.ForeignTiffCompression.Deflate, predictor: Enums.ForeignTiffPredictor.Horizontal, keep: Enums.ForeignKeep.None),
                ImageFormat.Gif => throw new ImageFileException(ImageFileError.CannotEncode, "GIF is read but not written (write PNG or WebP)"),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
            };
        }
        catch (VipsException e)
        {
            string message = $"{ImageFormats.Name(format)} cannot hold a picture of {image.Width}x{image.Height}: {LibVips.Reason(e)} (write PNG)";
            throw new ImageFileException(ImageFileError.CannotEncode, message, e);
        }
    }

    private static ImageFormat Recognize(ReadOnlySpan<byte> file, ImageDecodeOptions options)
    {
        if (file.Length > options.MaxFileBytes)
            throw new ImageFileException(ImageFileError.OverTheLimits, $"{file.Length} bytes, over the limit of {options.MaxFileBytes} (raise the limit)");
        if (ImageFormats.Sniff(file) is ImageFormat format)
            return format;
        string start = file.IsEmpty ? "the file is empty" : $"it begins with {Convert.ToHexString(file[..Math.Min(file.Length, 8)])}";
        throw new ImageFileException(ImageFileError.NotAPicture, $"not a picture: {start} (expected PNG, JPEG, WebP, AVIF, TIFF or GIF)");
    }

    // Lazy: reads the header, decodes no pixels.
    private static Image Open(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        LibVips.Load();
        bool whole = MemoryMarshal.TryGetArray(file, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length;
        byte[] bytes = whole ? segment.Array! : file.ToArray();
        const Enums.Access OnePass = Enums.Access.Sequential;
        const Enums.FailOn Damage = Enums.FailOn.Error; // truncation included, but not the stray bytes that cameras leave between JPEG segments
        return format switch
        {
            ImageFormat.Png => Image.PngloadBuffer(bytes, access: OnePass, failOn: Damage),
            ImageFormat.Jpeg => Image.JpegloadBuffer(bytes, access: OnePass, failOn: Damage),
            ImageFormat.Webp => Image.WebploadBuffer(bytes, access: OnePass, failOn: Damage),
            ImageFormat.Avif => Image.HeifloadBuffer(bytes, access: OnePass, failOn: Damage),
            ImageFormat.Tiff => Image.TiffloadBuffer(bytes, access: OnePass, failOn: Damage),
            _ => Image.GifloadBuffer(bytes, access: OnePass, failOn: Damage),
        };
    }

    private static void CheckSize(Image image, ImageFormat format, ReadOnlySpan<byte> file, ImageDecodeOptions options)
    {
        long pixels = (long)image.Width * image.Height;
        string size = $"{image.Width}x{image.Height}";
        if (image.Width > RgbImage.MaxSide || image.Height > RgbImage.MaxSide)
            throw new ImageFileException(ImageFileError.OverTheLimits, $"{size} pixels: no side may be above {RgbImage.MaxSide} (make it smaller)");
        if (pixels > options.MaxPixels)
            throw new ImageFileException(ImageFileError.OverTheLimits, $"{size} = {pixels} pixels, over the limit of {options.MaxPixels} (raise the limit, or scale the picture down)");
        if (pixels > RgbImage.MaxPixels)
            throw new ImageFileException(ImageFileError.OverTheLimits, $"{size} = {pixels} pixels, more than the {RgbImage.MaxPixels} that memory can hold (make it smaller)");
        if (format == ImageFormat.Jpeg && JpegScans.Count(file) is int scans && (scans > MaxJpegScans || scans * pixels > MaxJpegScanPixels))
            throw new ImageFileException(ImageFileError.OverTheLimits, $"progressive JPEG of {scans} scans over {size} pixels would take too long (save it anew)");
    }

    private static int StoredOrientation(Image image, ImageFormat format) =>
        format != ImageFormat.Avif && image.Contains("orientation") ? Convert.ToInt32(image.Get("orientation"), null) : 1; // AVIF turns itself
}
