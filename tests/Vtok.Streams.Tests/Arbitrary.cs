using CsCheck;

namespace Vtok.Streams.Tests;

/// <summary>Random tokenizers and files of theirs, valid by construction.</summary>
internal static class Arbitrary
{
    private static readonly Gen<int> Size = Gen.OneOf(Gen.Int[2, 40], Gen.Int[2, 20_000], Gen.Const(4096), Gen.Const(int.MaxValue));

    private static readonly Gen<VocabularyRun> Run = Gen.Select(Size, Gen.Int[1, 40], (size, positions) => new VocabularyRun(size, positions));

    public static readonly Gen<ImageVocabulary> Vocabulary = Gen.OneOf(
        Run.Array[1, 4].Select(runs => new ImageVocabulary(runs)),
        Size.Select(size => new ImageVocabulary(new VocabularyRun(size, 0))));

    private static readonly Gen<TokenizerInfo> NativeInfo =
        from order in Gen.Enum<TokenOrder>()
        from runs in Run.Array[1, order == TokenOrder.Set ? 1 : 4]
        from cuts in Gen.Int[1, runs.Sum(run => run.Positions)].HashSet[1, Math.Min(3, runs.Sum(run => run.Positions))]
        from width in Gen.Int[1, 24]
        from height in Gen.Int[1, 24]
        select Sample.Make(order, Lengths(order, cuts, runs.Sum(run => run.Positions)), runs) with { NativeWidth = width, NativeHeight = height };

    private static readonly Gen<TokenizerInfo> GridInfo =
        from order in OneOf(TokenOrder.Causal, TokenOrder.Raster)
        from size in Size
        from factor in Gen.Int[1, 16]
        select Sample.Make(order, [], new VocabularyRun(size, 0)) with { NativeWidth = null, NativeHeight = null, Factor = factor };

    public static readonly Gen<TokenizerInfo> Info = Gen.Frequency((4, NativeInfo), (1, GridInfo));

    /// <summary>A tokenizer and a file of its.</summary>
    public static readonly Gen<(TokenizerInfo Info, VtokFile File)> FileOfInfo =
        from info in Info
        from layout in info.IsGrid ? Gen.Const(VtokLayout.Grid) : OneOf(VtokLayout.Fit, VtokLayout.Crop, VtokLayout.Tile)
        from width in Gen.Int[1, 70]
        from height in Gen.Int[1, 70]
        from overlap in layout == VtokLayout.Tile ? Gen.Int[0, Math.Min(info.NativeWidth!.Value, info.NativeHeight!.Value) / 2] : Gen.Const(0)
        let laneCount = layout == VtokLayout.Tile ? (int)TileCount(info, width, height, overlap) : 1
        from isEqual in Gen.Bool
        from counts in Count(info, width, height).Array[isEqual ? 1 : Math.Min(laneCount, 50)]
        from seed in Gen.Int[0, 10_000]
        from extensions in Extensions
        let lanes = Enumerable.Range(0, Math.Min(laneCount, 400))
            .Select(lane => (ReadOnlyMemory<int>)Sample.Ids(info, counts[lane % counts.Length], seed + lane)).ToArray()
        where lanes.Length == laneCount
        let kept = info.Order == TokenOrder.Set ? Kept(info, lanes, seed) : null
        select (info, VtokFile.Create(info, layout, width, height, lanes, overlap, kept is null ? extensions : extensions with { KeptPositions = kept }));

    private static Gen<VtokExtensions> Extensions =>
        from has in Gen.Int[0, 31]
        from colour in Gen.Byte.Array[3]
        from steps in Gen.Int[1, 1_000]
        from guidance in Gen.Int[0, 100_000]
        from seed in Gen.ULong
        from tag in Gen.UInt[5, uint.MaxValue / 2]
        from value in Gen.Byte.Array[0, 5]
        select new VtokExtensions
        {
            Background = (has & 1) != 0 ? new VtokBackground(colour[0], colour[1], colour[2]) : null,
            Steps = (has & 2) != 0 ? steps : null,
            Guidance = (has & 4) != 0 ? guidance : null,
            Seed = (has & 8) != 0 ? seed : null,
            Others = (has & 16) != 0 ? [new VtokExtensionItem(tag * 2, value)] : [],
        };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static long TileCount(TokenizerInfo info, int width, int height, int overlap)
        => new TileLayout(width, height, info.NativeWidth!.Value, info.NativeHeight!.Value, overlap).Count;

    private static Gen<int> Count(TokenizerInfo info, int width, int height) => info switch
    {
        { Factor: { } factor } => Gen.Const((width + factor - 1) / factor * ((height + factor - 1) / factor)),
        { Order: TokenOrder.Nested or TokenOrder.Set } => Gen.Int[info.Lengths[0], info.Lengths[1]],
        _ => OneOf([.. info.Lengths]),
    };

    private static int[] Lengths(TokenOrder order, HashSet<int> cuts, int positions) => order switch
    {
        TokenOrder.Nested => [cuts.Min(), positions],
        TokenOrder.Set => [cuts.Min(), cuts.Max()],
        TokenOrder.Scales => [.. cuts.Append(positions).Distinct().Order()],
        _ => [positions],
    };

    private static byte[] Kept(TokenizerInfo info, IReadOnlyList<ReadOnlyMemory<int>> lanes, int seed)
    {
        int grid = info.Vocabulary.Positions!.Value;
        var random = new Random(seed);
        return KeptPositions.Pack([.. lanes.Select(lane =>
        {
            int[] positions = [.. Enumerable.Range(0, grid)];
            random.Shuffle(positions);
            return (ReadOnlyMemory<int>)positions[..lane.Length].Order().ToArray();
        })], grid);
    }
}
