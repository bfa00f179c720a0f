namespace Vtok.Streams.Tests;

/// <summary>One small file of every kind.</summary>
internal static class Corpus
{
    public static IReadOnlyList<(TokenizerInfo Info, byte[] Bytes)> Files { get; } = [.. Make().Select(f => (f.Info, VtokWriter.Write(f.File, f.Info)))];

    private static IEnumerable<(TokenizerInfo Info, VtokFile File)> Make()
    {
        var everything = new VtokExtensions
        {
            Background = new VtokBackground(1, 200, 255),
            Steps = 25,
            Guidance = 450,
            Seed = 0x0123_4567_89AB_CDEF,
            Others = [new VtokExtensionItem(10, new byte[] { 9 }), new VtokExtensionItem(4_000_000_000, ReadOnlyMemory<byte>.Empty)],
        };
        yield return (Sample.Nested, One(Sample.Nested, VtokLayout.Fit, 64, 48, 1));
        yield return (Sample.Nested, One(Sample.Nested, VtokLayout.Fit, 768, 512, 32));
        yield return (Sample.Nested, One(Sample.Nested, VtokLayout.Crop, 100, 100, 7) with { Extensions = everything });
        yield return (Sample.Mixed, One(Sample.Mixed, VtokLayout.Fit, 65_535, 1, 12));
        yield return (Sample.Scales, One(Sample.Scales, VtokLayout.Fit, 10, 10, 5));
        yield return (Sample.Causal, One(Sample.Causal, VtokLayout.Crop, 10, 10, 7));
        yield return (Sample.Raster, One(Sample.Raster, VtokLayout.Fit, 300, 200, 9) with { Extensions = everything });
        yield return (Sample.Grid, One(Sample.Grid, VtokLayout.Grid, 100, 50, 28));
        yield return (Sample.Mixed, Tiles(Sample.Mixed, 150, 90, 8, [12]));
        yield return (Sample.Mixed, Tiles(Sample.Mixed, 150, 90, 24, [2, 12, 5, 7]));
        yield return (Sample.Scales, Tiles(Sample.Scales, 80, 60, 0, [14, 1, 5]));
        yield return (Sample.Set, WithKept(One(Sample.Set, VtokLayout.Fit, 640, 480, 5)));
        yield return (Sample.Set, WithKept(Tiles(Sample.Set, 100, 60, 3, [10, 1, 4])));
        yield return (Sample.Nested, Tiles(Sample.Nested, 200, 100, 2, [256, 200]));
    }

    private static VtokFile One(TokenizerInfo info, VtokLayout layout, int width, int height, int count)
        => VtokFile.Create(info, layout, width, height, [Sample.Ids(info, count)]);

    private static VtokFile Tiles(TokenizerInfo info, int width, int height, int overlap, int[] counts)
    {
        long tiles = new TileLayout(width, height, info.NativeWidth!.Value, info.NativeHeight!.Value, overlap).Count;
        return VtokFile.Create(
            info, VtokLayout.Tile, width, height,
            [.. Enumerable.Range(0, (int)tiles).Select(lane => (ReadOnlyMemory<int>)Sample.Ids(info, counts[lane % counts.Length], lane))],
            overlap);
    }

    private static VtokFile WithKept(VtokFile file)
        => file with
        {
            Extensions = new VtokExtensions
            {
                KeptPositions = KeptPositions.Pack(
                    [.. file.Lanes.Select((lane, i) => (ReadOnlyMemory<int>)Enumerable.Range(i % 2, lane.Length).ToArray())], gridPositions: 12),
            },
        };
}
