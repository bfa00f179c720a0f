namespace Vtok.Imaging;

/// <summary>Finds what a classical codec can do in very few bytes: shrink, encode, decode, enlarge.</summary>
/// <remarks>Encoders meet budgets of some hundred bytes only on pictures of 8 to 128 pixels, so the side is searched together with the quality.</remarks>
public sealed class ImageBudgetSearch(IImageCodec codec)
{
    private static readonly int[] Sides = [8, 12, 16, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256];

    // When quality 1 of a side does not fit, larger ones hardly ever do.
    private const int HopelessSidesInRow = 2;

    /// <summary>The best picture by PSNR whose file is at most <paramref name="budget"/> bytes; null when even the smallest is longer.</summary>
    /// <param name="original">The picture.</param>
    /// <param name="format">JPEG, WebP or AVIF.</param>
    /// <param name="budget">Bytes of the whole file.</param>
    /// <param name="cancellation">Checked between encodes.</param>
    public BudgetedPicture? Best(RgbImage original, ImageFormat format, int budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(original);
        BudgetedPicture? best = null;
        int hopeless = 0;
        foreach ((int width, int height) in Sizes(original))
        {
            cancellation.ThrowIfCancellationRequested();
            RgbImage small = Resampler.Resize(original, width, height, ResampleFilter.Lanczos);
            if (LargestFile(small, format, budget) is not (byte[] file, int quality))
            {
                if (++hopeless == HopelessSidesInRow)
                    break;
                continue;
            }
            BudgetedPicture candidate = Enlarge(original, file, format, small, quality);
            if (best is null || candidate.Psnr > best.Psnr)
                best = candidate;
        }
        return best;
    }

    /// <summary>The shortest file that the codec makes of this picture at all: the smallest side at quality 1.</summary>
    public BudgetedPicture Smallest(RgbImage original, ImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(original);
        (int width, int height) = Sizes(original).First();
        RgbImage small = Resampler.Resize(original, width, height, ResampleFilter.Lanczos);
        return Enlarge(original, codec.Encode(small, format, 1), format, small, 1);
    }

    // The highest quality that fits, by bisection: sizes grow with the quality but for a few bytes.
    private (byte[] File, int Quality)? LargestFile(RgbImage small, ImageFormat format, int budget)
    {
        (byte[], int)? fits = null;
        int low = 1, high = 100;
        while (low <= high)
        {
            int quality = fits is null && low == 1 && high == 100 ? 1 : (low + high) / 2;
            byte[] file = codec.Encode(small, format, quality);
            if (file.Length <= budget)
                (fits, low) = ((file, quality), quality + 1);
            else if (fits is null)
                return null;
            else
                high = quality - 1;
        }
        return fits;
    }

    private BudgetedPicture Enlarge(RgbImage original, byte[] file, ImageFormat format, RgbImage small, int quality)
    {
        RgbImage picture = Resampler.Resize(codec.Decode(file), original.Width, original.Height, ResampleFilter.Lanczos);
        return new BudgetedPicture(file, format, small.Width, small.Height, quality, picture, ImageMetrics.Psnr(original, picture));
    }

    // The longer side takes the values of the grid up to its own length; the aspect is kept.
    private static IEnumerable<(int Width, int Height)> Sizes(RgbImage original)
    {
        int longer = Math.Max(original.Width, original.Height);
        foreach (int side in Sides.Where(s => s < longer).Append(longer))
        {
            double scale = (double)side / longer;
            yield return (Math.Max(1, (int)Math.Round(original.Width * scale)), Math.Max(1, (int)Math.Round(original.Height * scale)));
        }
    }
}
