namespace Vtok.Models.Residual;

/// <summary>Decides which patch is refined next, from ids that are already known. Integers only: the order decides what ids mean.</summary>
/// <remarks>
/// A patch's gain from its next token is predicted from the energies that its codes put there: of each raster stage the share of the
/// code's patch that covers it and, after its first level, the code of that level. The prediction is a quadratic form of the roots of
/// these energies with integer weights, made falling within a patch by a running minimum. The next token goes to the patch
/// with the largest prediction, the lowest index of equal ones. So the order is nested and needs no side information.
/// </remarks>
internal sealed class ImportanceOrder
{
    /// <summary>Fraction bits of a root: the root of 2^(2 * RootBits) times an energy.</summary>
    public const int RootBits = 2;

    private readonly ResidualConfig _config;
    private readonly int[][] _roots;    // by source: [code * shares + share]
    private readonly int[] _shares;     // by source: patches of a level under one patch of the source
    private readonly long[][] _weights; // by level: constant, roots, products of two roots i <= j

    /// <summary>Creates the order from its tables.</summary>
    /// <param name="config">The stages.</param>
    /// <param name="energies">For each raster stage and the first level, energy of each share of each code: [codes * shares].</param>
    /// <param name="weights">For each level, weights in the order of <see cref="Features"/>.</param>
    public ImportanceOrder(ResidualConfig config, IReadOnlyList<int[]> energies, IReadOnlyList<long[]> weights)
    {
        _config = config;
        _shares = [.. Enumerable.Range(0, config.Stages.Count + 1).Select(s => Shares(config, s))];
        Energies = energies;
        Weights = weights;
        _roots = [.. energies.Select(table => table.Select(Root).ToArray())];
        _weights = [.. weights];
    }

    /// <summary>Energies as they are stored.</summary>
    public IReadOnlyList<int[]> Energies { get; }

    /// <summary>Weights as they are stored.</summary>
    public IReadOnlyList<long[]> Weights { get; }

    /// <summary>Level patches under one patch of source <paramref name="source"/>: a raster stage, or (the last) the first level.</summary>
    public static int Shares(ResidualConfig config, int source)
    {
        if (source == config.Stages.Count)
            return 1;
        int ratio = config.Levels[0].Grid / config.Stages[source].Grid;
        return ratio * ratio;
    }

    /// <summary>Number of features for a number of sources: a constant, the roots, the products of two.</summary>
    public static int FeatureCount(int sources) => 1 + sources + sources * (sources + 1) / 2;

    /// <summary>Sources that predict level <paramref name="level"/>: the raster stages, and from the second level on the first one.</summary>
    public static int SourceCount(ResidualConfig config, int level) => config.Stages.Count + (level == 0 ? 0 : 1);

    /// <summary>The features of one patch: 1, r_i, r_i r_j for i &lt;= j.</summary>
    public static void Features(ReadOnlySpan<int> roots, Span<long> features)
    {
        int at = 0;
        features[at++] = 1;
        foreach (int root in roots)
            features[at++] = root;
        for (int i = 0; i < roots.Length; i++)
            for (int j = i; j < roots.Length; j++)
                features[at++] = (long)roots[i] * roots[j];
    }

    /// <summary>The order of a sequence's tokens after the coarse ones.</summary>
    /// <param name="coarse">Ids of the raster stages, stage after stage.</param>
    /// <param name="fine">Ids after them in their order; missing ones count as code 0.</param>
    /// <param name="slots">Receives level * patches + patch for each.</param>
    public void OfSequence(ReadOnlySpan<long> coarse, ReadOnlySpan<long> fine, Span<long> slots) => Run(coarse, fine, byPatch: false, slots);

    /// <summary>The same order, from the first level's ids of all patches.</summary>
    /// <param name="coarse">Ids of the raster stages, stage after stage.</param>
    /// <param name="first">Ids of the first level, patch by patch.</param>
    /// <param name="slots">Receives level * patches + patch for each.</param>
    public void OfPatches(ReadOnlySpan<long> coarse, ReadOnlySpan<long> first, Span<long> slots) => Run(coarse, first, byPatch: true, slots);

    /// <summary>Roots of the raster stages' energies at one patch of the levels' grid.</summary>
    public void CoarseRoots(ReadOnlySpan<long> coarse, int patch, Span<int> roots)
    {
        int grid = _config.Levels[0].Grid, row = patch / grid, column = patch % grid, start = 0;
        for (int s = 0; s < _config.Stages.Count; s++)
        {
            ResidualStage stage = _config.Stages[s];
            int ratio = grid / stage.Grid;
            long id = coarse[start + row / ratio * stage.Grid + column / ratio];
            roots[s] = _roots[s][id * _shares[s] + row % ratio * ratio + column % ratio];
            start += stage.Slots;
        }
    }

    /// <summary>Root of a code of the first level.</summary>
    public int FirstRoot(long id) => _roots[^1][id];

    /// <summary>floor(sqrt(energy * 2^(2 * RootBits))). The double root of an exact integer is correctly rounded everywhere.</summary>
    private static int Root(int energy) => (int)Math.Sqrt((double)energy * (1 << (2 * RootBits)));

    private void Run(ReadOnlySpan<long> coarse, ReadOnlySpan<long> fine, bool byPatch, Span<long> slots)
    {
        int patches = _config.Patches, levels = _config.Levels.Count, sources = _config.Stages.Count;
        Span<int> roots = stackalloc int[patches * (sources + 1)];
        Span<long> gains = stackalloc long[patches];
        Span<int> next = stackalloc int[patches];
        next.Clear();
        for (int patch = 0; patch < patches; patch++)
        {
            Span<int> own = roots.Slice(patch * (sources + 1), sources + 1);
            CoarseRoots(coarse, patch, own);
            gains[patch] = Predict(0, own[..sources]);
        }
        for (int i = 0; i < slots.Length; i++)
        {
            int best = -1;
            for (int patch = 0; patch < patches; patch++)
                if (next[patch] < levels && (best < 0 || gains[patch] > gains[best]))
                    best = patch;
            slots[i] = (long)next[best] * patches + best;
            Span<int> own = roots.Slice(best * (sources + 1), sources + 1);
            if (next[best]++ == 0)
            {
                int at = byPatch ? best : i;
                own[sources] = FirstRoot(at < fine.Length ? fine[at] : 0);
            }
            if (next[best] < levels)
                gains[best] = Math.Min(gains[best], Predict(next[best], own));
        }
    }

    private long Predict(int level, ReadOnlySpan<int> roots)
    {
        Span<long> features = stackalloc long[FeatureCount(roots.Length)];
        Features(roots, features);
        long sum = 0;
        for (int i = 0; i < features.Length; i++)
            sum = unchecked(sum + _weights[level][i] * features[i]); // wraps the same way everywhere
        return sum;
    }
}
