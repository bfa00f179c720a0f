using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace Vtok.Imaging.ImageSharp;

/// <summary>Picture files through SixLabors.ImageSharp, for programs that already depend on it.</summary>
/// <remarks>No AVIF; embedded colour profiles are not converted. Resampling stays with <see cref="Resampler"/>, since tokens depend on it.</remarks>
public sealed class ImageSharpCodec : IImageCodec
{
    /// <inheritdoc/>
    public RgbImage Decode(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null)
    {
        options ??= new ImageDecodeOptions();
        if (file.Length > options.MaxFileBytes)
            throw new ImageFileException(ImageFileError.OverTheLimits, $"{file.Length} bytes, over the limit of {options.MaxFileBytes}");
        try
        {
            ImageInfo info = Image.Identify(file.Span);
            if ((long)info.Width * info.Height > options.MaxPixels)
                throw new ImageFileException(ImageFileError.OverTheLimits, $"{info.Width}x{info.Height} pixels, over the limit of {options.MaxPixels}");
            (byte r, byte g, byte b) = options.Background;
            using Image<Rgba32> image = Image.Load<Rgba32>(new DecoderOptions { MaxFrames = 1 }, file.Span);
            image.Mutate(context => context.AutoOrient().BackgroundColor(Color.FromRgb(r, g, b)));
            using Image<Rgb24> opaque = image.CloneAs<Rgb24>();
            var result = new RgbImage(opaque.Width, opaque.Height);
            opaque.CopyPixelDataTo(result.Pixels);
            return result;
        }
        catch (UnknownImageFormatException error)
        {
            throw new ImageFileException(ImageFileError.NotAPicture, "not a picture of a known format", error);
        }
        catch (ImageFormatException error)
        {
            throw new ImageFileException(ImageFileError.Damaged, "the picture is damaged", error);
        }
    }

    /// <inheritdoc/>
    public byte[] Encode(RgbImage image, ImageFormat format, int? quality = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ImageEncoder encoder = format switch
        {
            ImageFormat.Png => new PngEncoder(),
            ImageFormat.Jpeg => new JpegEncoder { Quality = quality ?? 90 },
            ImageFormat.Webp => new WebpEncoder { Quality = quality ?? 75 },
            ImageFormat.Tiff => new TiffEncoder(),
            ImageFormat.Gif => new GifEncoder(),
            _ => throw new NotSupportedException($"{format} cannot be written by SixLabors.ImageSharp"),
        };
        using Image<Rgb24> picture = Image.LoadPixelData<Rgb24>(image.Pixels, image.Width, image.Height);
        using var stream = new MemoryStream();
        picture.Save(stream, encoder);
        return stream.ToArray();
    }
}
