namespace Vtok.Streams.Tests;

/// <summary>Tokenizers of every order, and files of theirs.</summary>
internal static class Sample
{
    public static TokenizerInfo Nested { get; } = Make(TokenOrder.Nested, [1, 256], new VocabularyRun(4096, 256));

    public static TokenizerInfo Mixed { get; } = Make(TokenOrder.Nested, [2, 12], new(3, 2), new(1000, 4), new(2, 5), new(int.MaxValue, 1));

    public static TokenizerInfo Scales { get; } = Make(TokenOrder.Scales, [1, 5, 14], new(16, 1), new VocabularyRun(300, 13));

    public static TokenizerInfo Causal { get; } = Make(TokenOrder.Causal, [7], new VocabularyRun(8192, 7));

    public static TokenizerInfo Raster { get; } = Make(TokenOrder.Raster, [9], new VocabularyRun(1024, 9));

    public static TokenizerInfo Set { get; } = Make(TokenOrder.Set, [1, 10], new VocabularyRun(50, 12));

    public static TokenizerInfo Grid { get; } = Make(TokenOrder.Raster, [], new VocabularyRun(16384, 0)) with
    {
        NativeWidth = null, NativeHeight = null, Factor = 16,
    };

    public static IReadOnlyList<TokenizerInfo> All { get; } = [Nested, Mixed, Scales, Causal, Raster, Set, Grid];

    public static TokenizerInfo Make(TokenOrder order, int[] lengths, params VocabularyRun[] runs) => new()
    {
        Name = $"sample-{order}",
        Family = "sample",
        Order = order,
        Vocabulary = new ImageVocabulary(runs),
        Lengths = lengths,
        NativeWidth = 64,
        NativeHeight = 48,
        Preprocessing = new ImagePreprocessing { Filter = "bicubic" },
        Weights = new string('0', 64),
    };

    /// <summary>Ids that differ from position to position, all below their vocabulary's size.</summary>
    public static int[] Ids(TokenizerInfo info, int count, int seed = 0)
        => [.. Enumerable.Range(0, count).Select(p => (int)((uint)((p + 1) * 2_654_435_761L + seed * 40_503L) % (uint)info.Vocabulary.SizeAt(p)))];
}
