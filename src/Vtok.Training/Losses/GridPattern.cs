using Vtok.Models;

namespace Vtok.Training.Losses;

/// <summary>How much of a picture's fine detail repeats with a period: near 0 for photographs, which know no phase, and large where a decoder draws a grid.</summary>
/// <remarks>Detail h = picture minus its 3x3 mean. Folded to its phase modulo the period, m is the mean of h and e the mean of |h| at each of the
/// 3 x period x period phases; g1 = mean m^2 / mean h^2 and g2 = the variance of e over its squared mean, averaged over the colours.
/// Perceptual networks take a regular grid for texture, so a perceptual figure or loss needs this beside it.
/// The penalties weigh the detail of every picture of a batch alike, else those of few tokens, which are smooth, would go unseen beside the others;
/// and what they divide by carries no gradient, else detail that no measure sees would pay for the patterns that they see.</remarks>
public static class GridPattern
{
    private const double Small = 1e-6;
    private const double Faint = 1e-5; // mean square of detail that nobody sees: 0.4 of 255

    /// <summary>g1 + g2 of a batch, differentiable.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1, H and W multiples of the period, all cut at the same phase.</param>
    /// <param name="period">Pixels, such as 16 or 32.</param>
    /// <param name="whole">How means over these pictures become those over the whole batch. Default: these are all.</param>
    public static Tensor Penalty(Tensor pictures, int period, BatchMean? whole = null)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor mean, Tensor magnitude, Tensor power) = FoldDetail(EvenDetail(pictures), period);
        Tensor all = (whole ?? BatchMean.Alone).Of(cat([mean.flatten(), magnitude.flatten(), power.view(1)]));
        (mean, magnitude, power) = (all.narrow(0, 0, mean.numel()).view(mean.shape), all.narrow(0, mean.numel(), mean.numel()).view(mean.shape), all[-1]);
        (Tensor first, Tensor second) = Measures(mean, magnitude, power.detach());
        return (first + second).MoveToOuterDisposeScope();
    }

    /// <summary>The sum of <see cref="Penalty(Tensor, int, BatchMean)"/> over several periods.</summary>
    public static Tensor Penalty(Tensor pictures, IEnumerable<int> periods, BatchMean? whole = null)
        => periods.Select(period => Penalty(pictures, period, whole)).Aggregate((sum, term) => sum + term);

    /// <summary>The weave of a batch, differentiable: the share of the detail of a small tile that repeats with a short period, 0..1, averaged over tiles.</summary>
    /// <remarks>A weave whose sign follows the colours cancels in <see cref="Penalty(Tensor, int, BatchMean)"/>, which folds all tiles together, and is plain to see.
    /// Noise has (period / tile)^2.</remarks>
    /// <param name="pictures">[B, 3, H, W] in -1..1, H and W multiples of the tile.</param>
    /// <param name="period">Pixels, such as the 4 of a decoder's cell.</param>
    /// <param name="tile">Side of a tile in pixels, a multiple of the period.</param>
    public static Tensor Weave(Tensor pictures, int period = 4, int tile = 32)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor detail = Detail(pictures);
        long rows = pictures.size(2) / tile, columns = pictures.size(3) / tile, folds = tile / period;
        Tensor tiles = detail.view(-1, 3, rows, folds, period, columns, folds, period);
        Tensor repeated = tiles.mean([3, 6]).square().mean([3, 5]);                                        // [B, 3, rows, columns]
        Tensor all = tiles.square().mean([3, 4, 6, 7]);                                                    // [B, 3, rows, columns]
        return (repeated / (all.detach() + Faint)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Fixed-pattern noise, differentiable: the share of the detail that all pictures of the batch have in common at the same place,
    /// about 0 for unrelated pictures (a little below as often as above) and 1 when all have the same detail.</summary>
    /// <remarks>The mean product of h of two different pictures over the mean of h^2. It sees a pattern of any period and none.</remarks>
    /// <param name="pictures">[B, 3, H, W] in -1..1, all cut at the same place; 2 at least in the whole batch.</param>
    /// <param name="whole">How means over these pictures become those over the whole batch. Default: these are all.</param>
    public static Tensor FixedPattern(Tensor pictures, BatchMean? whole = null)
    {
        using DisposeScope scope = NewDisposeScope();
        whole ??= BatchMean.Alone;
        Tensor detail = EvenDetail(pictures);
        Tensor all = whole.Of(cat([detail.mean([0]).flatten(), detail.square().mean().view(1)])); // [3 H W + 1]
        return FixedPattern(all.narrow(0, 0, all.size(0) - 1).square().mean(), all[-1], whole.Count(pictures.size(0))).MoveToOuterDisposeScope();
    }

    /// <summary>The same from the mean square of the pictures' mean detail and the mean square of all detail, scalars.</summary>
    internal static Tensor FixedPattern(Tensor common, Tensor power, long count)
        => (common * count - power) / (count - 1) / (power.detach() + Small); // each picture's product with itself, 1 of count, is taken out

    /// <summary>Means of h and |h| at each phase, [3, P, P] both, and the mean of h^2, a scalar.</summary>
    internal static (Tensor Mean, Tensor Magnitude, Tensor Power) Fold(Tensor pictures, int period) => FoldDetail(Detail(pictures), period);

    private static (Tensor Mean, Tensor Magnitude, Tensor Power) FoldDetail(Tensor detail, int period)
    {
        long height = detail.size(2), width = detail.size(3);
        Tensor phases = detail.view(-1, 3, height / period, period, width / period, period);
        return (phases.mean([0, 2, 4]), phases.abs().mean([0, 2, 4]), detail.square().mean());
    }

    /// <summary>g1 and g2, scalars.</summary>
    internal static (Tensor First, Tensor Second) Measures(Tensor mean, Tensor magnitude, Tensor power)
    {
        Tensor first = mean.square().mean() / (power + Small);
        Tensor level = magnitude.mean([1, 2], keepdim: true);                                              // [3, 1, 1]
        Tensor spread = (magnitude - level).square().mean([1, 2]) / (level.view(3).square().detach() + Small); // [3]
        return (first, spread.mean());
    }

    /// <summary>The detail of each picture over its own root mean square, which carries no gradient; faint detail stays small: [B, 3, H, W].</summary>
    private static Tensor EvenDetail(Tensor pictures)
    {
        Tensor detail = Detail(pictures);
        return detail * (detail.square().mean([1, 2, 3], keepdim: true).detach() + Faint).rsqrt();
    }

    /// <summary>Pictures less their 3x3 mean: [B, 3, H, W].</summary>
    private static Tensor Detail(Tensor pictures)
    {
        Tensor around = nn.functional.pad(pictures, [1, 1, 1, 1], PaddingModes.Replicate);
        return pictures - nn.functional.avg_pool2d(around, 3, stride: 1);
    }
}
