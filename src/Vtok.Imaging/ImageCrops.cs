namespace Vtok.Imaging;

/// <summary>Crops and resize-and-crop recipes of the published pipelines, to the same bytes.</summary>
public static class ImageCrops
{
    /// <summary>Copies a rectangle that lies inside the picture.</summary>
    public static RgbImage Crop(RgbImage image, int left, int top, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (left < 0 || top < 0 || width < 1 || height < 1 || left > image.Width - width || top > image.Height - height)
            throw new ArgumentException($"{width}x{height} at {left},{top} does not lie inside {image.Width}x{image.Height}");
        var result = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            image.Row(top + y).Slice(left * 3, width * 3).CopyTo(result.Row(y));
        return result;
    }

    /// <summary>The centre square whose side is the picture's shorter one; offsets are rounded down (Kodak-256, ADM).</summary>
    public static RgbImage CenterSquare(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        int side = Math.Min(image.Width, image.Height);
        return side == Math.Max(image.Width, image.Height) ? image : Crop(image, (image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }

    /// <summary>Centres a picture on a square of one colour whose side is the picture's longer one; offsets are rounded down (LLaVA).</summary>
    public static RgbImage PadToSquare(RgbImage image, byte red, byte green, byte blue)
    {
        ArgumentNullException.ThrowIfNull(image);
        int side = Math.Max(image.Width, image.Height), left = (side - image.Width) / 2, top = (side - image.Height) / 2;
        var result = new RgbImage(side, side);
        for (int y = 0; y < side; y++)
        {
            Span<byte> row = result.Row(y);
            for (int x = 0; x < row.Length; x += 3)
                (row[x], row[x + 1], row[x + 2]) = (red, green, blue);
            if (y >= top && y < top + image.Height)
                image.Row(y - top).CopyTo(row[(left * 3)..]);
        }
        return result;
    }

    /// <summary>torchvision's <c>CenterCrop</c>: offsets round half to even, and a picture that is too small is padded with black.</summary>
    public static RgbImage CenterCrop(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        RgbImage padded = image;
        if (width > image.Width || height > image.Height)
        {
            padded = new RgbImage(Math.Max(width, image.Width), Math.Max(height, image.Height));
            int x = Math.Max(0, width - image.Width) / 2;
            int y = Math.Max(0, height - image.Height) / 2;
            for (int row = 0; row < image.Height; row++)
                image.Row(row).CopyTo(padded.Row(y + row)[(x * 3)..]);
        }
        int left = (int)Math.Round((padded.Width - width) / 2.0, MidpointRounding.ToEven);
        int top = (int)Math.Round((padded.Height - height) / 2.0, MidpointRounding.ToEven);
        return Crop(padded, left, top, width, height);
    }

    /// <summary>torchvision's <c>Resize(int)</c>: the shorter side becomes <paramref name="side"/>, the longer one is truncated.</summary>
    public static RgbImage ResizeShortSide(RgbImage image, int side, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int width, int height) = ShortSideSize(image.Width, image.Height, side);
        return (width, height) == (image.Width, image.Height) ? image : Resampler.Resize(image, width, height, filter);
    }

    /// <summary>The size that <see cref="ResizeShortSide"/> resizes to.</summary>
    public static (int Width, int Height) ShortSideSize(int width, int height, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        return width <= height
            ? (side, (int)((double)((long)side * height) / width))
            : ((int)((double)((long)side * width) / height), side);
    }

    /// <summary>The evaluation crop of ADM, LlamaGen, DiT and MAR: <see cref="AdmResize"/>, then the centre square rounded down.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="side">Side of the square result.</param>
    public static RgbImage AdmCenterCrop(RgbImage image, int side)
    {
        image = AdmResize(image, side);
        return Crop(image, (image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }

    /// <summary>ADM's way to a shorter side: BOX halvings while it is twice as long or more, then BICUBIC; the longer side rounds half to even.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="shorter">Length of the shorter side of the result.</param>
    public static RgbImage AdmResize(RgbImage image, int shorter)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(shorter, 1);
        while (Math.Min(image.Width, image.Height) >= 2L * shorter)
            image = Resampler.Resize(image, image.Width / 2, image.Height / 2, ResampleFilter.Box);
        double scale = (double)shorter / Math.Min(image.Width, image.Height);
        int width = (int)Math.Round(image.Width * scale, MidpointRounding.ToEven);
        int height = (int)Math.Round(image.Height * scale, MidpointRounding.ToEven);
        return Resampler.Resize(image, width, height, ResampleFilter.Bicubic);
    }

    /// <summary>torchvision's <c>TenCrop</c>: the corners (top left, top right, bottom left, bottom right) and the centre, then the same of the mirrored picture.</summary>
    /// <param name="image">The picture, no side below <paramref name="side"/>.</param>
    /// <param name="side">Side of the squares.</param>
    public static IReadOnlyList<RgbImage> TenCrop(RgbImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. FiveCrop(image, side), .. FiveCrop(Mirror(image), side)];
    }

    /// <summary>The picture with left and right exchanged.</summary>
    public static RgbImage Mirror(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = new RgbImage(image.Width, image.Height);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Row(y);
            Span<byte> to = result.Row(y);
            for (int x = 0; x < image.Width; x++)
                from.Slice(3 * x, 3).CopyTo(to[(3 * (image.Width - 1 - x))..]);
        }
        return result;
    }

    private static RgbImage[] FiveCrop(RgbImage image, int side)
    {
        int right = image.Width - side, bottom = image.Height - side;
        return
        [
            Crop(image, 0, 0, side, side),
            Crop(image, right, 0, side, side),
            Crop(image, 0, bottom, side, side),
            Crop(image, right, bottom, side, side),
            CenterCrop(image, side, side),
        ];
    }
}
