using Vtok.Data;
using Vtok.Imaging;
using Vtok.Training.Recipes;

namespace Vtok.Training.Data;

/// <summary>How a recipe reads pictures: the part of "settings" that tasks on whole pictures share.</summary>
public sealed record PictureSettings
{
    private const long MostAhead = 16 << 20;

    /// <summary>Decoding threads.</summary>
    public required int Workers { get; init; }

    /// <summary>Bytes of decoded pictures that are kept.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Whether the pictures that the run will show are decoded before its first step, as far as <see cref="CacheBytes"/> goes: for networks whose
    /// step takes less time than decoding its pictures.</summary>
    public required bool DecodeFirst { get; init; }

    /// <summary>What happens to pictures whose shorter side is below the crop.</summary>
    public required SmallPictures Small { get; init; }

    /// <summary>A random square of the full shorter side, resampled (bicubic), mirrored half of the time.</summary>
    /// <remarks>The published order, resampling first and then cropping to the same side, cuts at the same places.</remarks>
    /// <param name="recipe">Batch and seed.</param>
    /// <param name="side">Pixels.</param>
    public ImageLoaderOptions ShorterSide(Recipe recipe, int side) => Squares(recipe, side, leastShare: 1);

    /// <summary>A random square at a random place, resampled (bicubic), mirrored half of the time.</summary>
    /// <param name="recipe">Batch and seed.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="leastShare">Least side of the square as a share of the shorter side.</param>
    public ImageLoaderOptions Squares(Recipe recipe, int side, double leastShare) => new()
    {
        BatchSize = recipe.Batch,
        Transform = new RandomSquare { Side = side, MinShare = leastShare, Filter = ResampleFilter.Bicubic },
        Seed = (ulong)recipe.Seed,
        Workers = Workers,
        Prefetch = (int)Math.Clamp(MostAhead / ((long)recipe.Batch * side * side * 3), 4, 32), // small batches are used up before a busy machine lets a worker run
        CacheBytes = CacheBytes,
        Small = Small,
    };

    internal static PictureSettings Read(RecipeSection section) => new()
    {
        Workers = section.Integer("workers", 2, 1, 256),
        CacheBytes = (long)section.Integer("cacheMegabytes", 1024, 0, int.MaxValue) << 20,
        DecodeFirst = section.Flag("decodeFirst", false),
        Small = section.Choice("smallPictures", "enlarge", "enlarge", "leaveOut") == "enlarge" ? SmallPictures.Enlarge : SmallPictures.LeaveOut,
    };
}
