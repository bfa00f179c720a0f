using Vtok.Imaging.Vips;

namespace Vtok.Imaging;

/// <summary>Finds what JPEG, WebP or AVIF can do in very few bytes: shrink, encode, decode, enlarge.</summary>
/// <remarks>
/// Encoders meet budgets of some hundred bytes only on pictures of 8 to 128 pixels, so the side is searched together with the
/// quality and the encoder's settings (JPEG also without colour). Shrinking and enlarging are LANCZOS.
/// </remarks>
/// <param name="codec">Decodes what was encoded.</param>
public sealed class ImageBudgetSearch(IImageCodec codec)
{
    // When the lowest quality of a side does not fit, larger ones hardly ever do.
    private const int HopelessSidesInRow = 2;

    private static readonly int[] Sides = [8, 12, 16, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256];

    /// <summary>The best picture by PSNR whose file is at most <paramref name="budget"/> bytes; null when even the smallest is longer.</summary>
    /// <param name="original">The picture.</param>
    /// <param name="format">JPEG, WebP or AVIF (which takes seconds).</param>
    /// <param name="budget">Bytes of the whole file.</param>
    /// <param name="cancellation">Checked between sides.</param>
    public BudgetedPicture? Best(RgbImage original, ImageFormat format, int budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(original);
        LibVips.Load();
        BudgetedPicture? best = null;
        foreach (Func<RgbImage, int, byte[]> encode in TightEncoder.Variants(format))
        {
            int hopeless = 0;
            foreach ((int width, int height) in Sizes(original))
            {
                cancellation.ThrowIfCancellationRequested();
                RgbImage small = Resampler.Resize(original, width, height, ResampleFilter.Lanczos);
                if (BestQuality(small, encode, budget) is not (byte[] file, int quality))
                {
                    if (++hopeless == HopelessSidesInRow)
                        break;
                    continue;
                }
                BudgetedPicture candidate = Enlarge(original, file, format, small, quality);
                if (best is null || candidate.Psnr > best.Psnr)
                    best = candidate;
            }
        }
        return best;
    }

    // The highest quality that fits, by bisection: sizes grow with the quality but for a few bytes.
    private static (byte[] File, int Quality)? BestQuality(RgbImage small, Func<RgbImage, int, byte[]> encode, int budget)
    {
        byte[] lowest = encode(small, 1);
        if (lowest.Length > budget)
            return null;
        (byte[] File, int Quality) best = (lowest, 1);
        for (int low = 2, high = 100; low <= high;)
        {
            int quality = (low + high) / 2;
            byte[] file = encode(small, quality);
            if (file.Length <= budget)
                (best, low) = ((file, quality), quality + 1);
            else
                high = quality - 1;
        }
        return best;
    }

    private BudgetedPicture Enlarge(RgbImage original, byte[] file, ImageFormat format, RgbImage small, int quality)
    {
        RgbImage picture = Resampler.Resize(codec.Decode(file), original.Width, original.Height, ResampleFilter.Lanczos);
        return new BudgetedPicture(file, format, small.Width, small.Height, quality, picture, ImageMetrics.Psnr(original, picture));
    }

    // The longer side takes the values of the grid and at last its own; the aspect is kept.
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
