using NetVips;

namespace Vtok.Imaging.Vips;

/// <summary>Moves pixels between libvips pipelines and <see cref="RgbImage"/>.</summary>
internal static class VipsPixels
{
    private const int StripBytes = 1 << 20;
    private const string Profile = "icc-profile-data";

    /// <summary>A libvips picture over the same memory.</summary>
    public static Image Wrap(RgbImage image)
    {
        using Image raw = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>Decodes to 8-bit sRGB, strip by strip, so that the whole picture is held once.</summary>
    /// <param name="image">A one-pass pipeline of any bands, depth and colour space.</param>
    /// <param name="background">What transparent pixels are laid on.</param>
    public static RgbImage Read(Image image, (byte R, byte G, byte B) background)
    {
        using Image pipeline = ToEightBits(image, background);
        var result = new RgbImage(pipeline.Width, pipeline.Height);
        using Region region = Region.New(pipeline);
        int rows = Math.Max(16, StripBytes / (pipeline.Width * pipeline.Bands));
        for (int top = 0; top < result.Height; top += rows)
        {
            int height = Math.Min(rows, result.Height - top);
            byte[] strip = region.Fetch(0, top, result.Width, height);
            Span<byte> target = result.Pixels.AsSpan(top * result.Width * 3, height * result.Width * 3);
            if (pipeline.Bands == 4)
                InksToRgb(strip, target);
            else
                strip.CopyTo(target);
        }
        return result;
    }

    // RGB bytes, or the four inks of a picture whose profile is missing or broken.
    private static Image ToEightBits(Image image, (byte R, byte G, byte B) background)
    {
        var steps = new Stack<Image>();
        Image Then(Image next)
        {
            steps.Push(next);
            return next;
        }

        try
        {
            Image current = Then(image.Copy());
            bool inks = current.Interpretation == Enums.Interpretation.Cmyk && current.Bands >= 4;
            if (WithProfile(current) is Image managed)
                (current, inks) = (Then(managed), false);
            else if (!inks && current.Interpretation != Enums.Interpretation.Srgb)
                current = Then(current.Colourspace(Enums.Interpretation.Srgb));
            if (inks)
                current = Then(current.ExtractBand(0, n: 4));
            else if (current.HasAlpha())
            {
                if (current.Format != Enums.BandFormat.Uchar)
                    current = Then(current.Cast(Enums.BandFormat.Uchar));
                current = Then(current.Flatten(background: [background.R, background.G, background.B]));
            }
            if (!inks && current.Bands != 3)
                current = Then(current.Bands > 3 ? current.ExtractBand(0, n: 3) : current.ExtractBand(0).Bandjoin(current.ExtractBand(0), current.ExtractBand(0)));
            if (current.Format != Enums.BandFormat.Uchar)
                current = Then(current.Cast(Enums.BandFormat.Uchar));
            return current.Copy();
        }
        finally
        {
            foreach (Image step in steps)
                step.Dispose(); // pipelines count references, so what the result needs lives on
        }
    }

    // A profile that cannot be used is ignored.
    private static Image? WithProfile(Image image)
    {
        if (!image.Contains(Profile))
            return null;
        try
        {
            return image.IccTransform("srgb", embedded: true, depth: 8);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    // As Pillow's CMYK to RGB: each light is what both its ink and black let through.
    private static void InksToRgb(ReadOnlySpan<byte> inks, Span<byte> rgb)
    {
        for (int pixel = 0; pixel < inks.Length / 4; pixel++)
        {
            int light = 255 - inks[pixel * 4 + 3];
            for (int c = 0; c < 3; c++)
            {
                int product = inks[pixel * 4 + c] * light + 128;
                rgb[pixel * 3 + c] = (byte)(light - ((product + (product >> 8)) >> 8));
            }
        }
    }
}
