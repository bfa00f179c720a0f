using Vtok.Models;
using Vtok.Models.Lavit;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Quantizers;
using Vtok.Models.Seed;

namespace Vtok.Bench;

/// <summary>Encodes the same pictures in several ways and counts the tokens that change.</summary>
internal static class IdsProbe
{
    private const int Pictures = 4, Cells = 12;

    // Rows of features a tile of the code search, over and above the whole batch, which is one tile.
    private static readonly int[] TileRows = [1, 7];

    /// <summary>Compares every way with one picture after the other on one thread.</summary>
    public static FullSizeIds Measure(ITokenizerModel model)
    {
        using IDisposable quiet = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor coarse = rand([Pictures, 3, Cells, Cells], generator: new Generator(1));
        Tensor pictures = nn.functional.interpolate(coarse, [model.Info.NativeHeight!.Value, model.Info.NativeWidth!.Value], mode: InterpolationMode.Bilinear, align_corners: false);
        List<Dictionary<int, int>> expected = Encode(model, pictures, 1, 1);
        List<FullSizeIds.Way> ways = [];
        foreach ((int batch, int threads) in ((int, int)[])[(2, 1), (1, 2), (2, 2)])
            ways.Add(new($"batch {batch}, {threads} thread{(threads == 1 ? "" : "s")}", Differing(expected, Encode(model, pictures, batch, threads))));
        ways.AddRange(Tiles(model, pictures));
        return new FullSizeIds(expected.Sum(picture => picture.Count), expected.SelectMany(picture => picture.Values).Distinct().Count(), ways);
    }

    // Position to id for each picture.
    private static List<Dictionary<int, int>> Encode(ITokenizerModel model, Tensor pictures, int batch, int threads)
    {
        set_num_threads(threads);
        var options = new EncodeOptions { Seed = 1 };
        List<Dictionary<int, int>> tokens = [];
        for (int start = 0; start < Pictures; start += batch)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor some = pictures.narrow(0, start, batch);
            if (model is IDynamicLengthTokenizer dynamic)
                tokens.AddRange(dynamic.EncodeDynamic(some, options).Select(one => one.Positions.ToArray().Zip(one.Ids.ToArray()).ToDictionary(pair => pair.First, pair => pair.Second)));
            else
                tokens.AddRange(model.Encode(some, options).unbind(0).Select(ids => ids.data<long>().ToArray().Index().ToDictionary(pair => pair.Index, pair => (int)pair.Item)));
        }
        return tokens;
    }

    private static int Differing(List<Dictionary<int, int>> expected, List<Dictionary<int, int>> found) => expected.Zip(found, (one, other) =>
        one.Keys.Union(other.Keys).Count(position => !one.TryGetValue(position, out int id) || !other.TryGetValue(position, out int now) || id != now)).Sum();

    private static IEnumerable<FullSizeIds.Way> Tiles(ITokenizerModel model, Tensor pictures)
    {
        if (Search(model, pictures) is not { } search)
            return [];
        Tensor whole = NearestCode.Find(search.Rows, search.Codes);
        return [.. TileRows.Select(rows => new FullSizeIds.Way($"tiles of {rows} row{(rows == 1 ? "" : "s")}",
            (int)NearestCode.Find(search.Rows, search.Codes, rows * (int)search.Codes.size(0)).ne(whole).sum().item<long>()))];
    }

    // What the code search gets; null for a quantizer that has no codes to search.
    private static (Tensor Rows, Tensor Codes)? Search(ITokenizerModel model, Tensor pictures)
    {
        switch (model)
        {
            case SeedTokenizer seed:
                SeedNetwork causal = seed.Network;
                return (causal.Reduce(causal.ReadQueries(causal.SeeImages(PixelNormalization.Clip.Apply(pictures)))).flatten(0, 1), causal.Quantizer.Codebook);
            case LavitTokenizer lavit:
                LavitNetwork network = lavit.Network;
                Tensor features = network.Features(PixelNormalization.Clip.Apply(pictures));
                Tensor keep = ones(features.size(0), features.size(1), ScalarType.Bool);
                Tensor rows = network.Narrow(LavitNetwork.Kept(network.Merger.call(features, keep.to(features.dtype)), keep));
                return (nn.functional.normalize(rows, dim: 1), network.Quantizer.Codebook);
            default:
                return null;
        }
    }
}
