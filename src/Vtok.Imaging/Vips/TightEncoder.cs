using NetVips;

namespace Vtok.Imaging.Vips;

/// <summary>Encodes pictures of a few pixels into as few bytes as the codec can.</summary>
internal static class TightEncoder
{
    /// <summary>Encoder settings worth trying for a format, each a function of picture and quality.</summary>
    public static IReadOnlyList<Func<RgbImage, int, byte[]>> Variants(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => [ColorJpeg, GrayJpeg],
        ImageFormat.Webp => [(image, quality) => Webp(image, quality, Enums.ForeignWebpPreset.Default), (image, quality) => Webp(image, quality, Enums.ForeignWebpPreset.Icon)],
        ImageFormat.Avif => [Avif],
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "has no quality to search"),
    };

    private static byte[] ColorJpeg(RgbImage image, int quality)
    {
        using Image pixels = VipsPixels.Wrap(image);
        return pixels.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None);
    }

    // One table set instead of two: about 120 bytes less, which is much of a budget of 300.
    private static byte[] GrayJpeg(RgbImage image, int quality)
    {
        using Image pixels = Image.NewFromMemory(PillowColors.Gray(image), image.Width, image.Height, 1, Enums.BandFormat.Uchar);
        return pixels.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None);
    }

    private static byte[] Webp(RgbImage image, int quality, Enums.ForeignWebpPreset preset)
    {
        using Image pixels = VipsPixels.Wrap(image);
        return pixels.WebpsaveBuffer(q: quality, effort: 6, preset: preset, keep: Enums.ForeignKeep.None);
    }

    private static byte[] Avif(RgbImage image, int quality)
    {
        using Image pixels = VipsPixels.Wrap(image);
        return pixels.HeifsaveBuffer(q: quality, compression: Enums.ForeignHeifCompression.Av1, effort: 4, keep: Enums.ForeignKeep.None);
    }
}
