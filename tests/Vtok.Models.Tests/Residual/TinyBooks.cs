using Vtok.Models.Residual;

namespace Vtok.Models.Tests.Residual;

/// <summary>Books of a 64x64 tokenizer with 16 codes, drawn from a seed: no fit, but every law of the family holds for them.</summary>
internal static class TinyBooks
{
    public static ResidualConfig Config { get; } = new()
    {
        Size = 64,
        Codes = 16,
        GlobalBand = 4,
        GlobalGroups = [2, 3],
        Stages = [new("A", 8, 4, 6), new("B", 12, 6, 7)],
        Levels = [new("C", 16, 4, 5), new("D", 20, 5, 6), new("E", 24, 6, 6)],
        Tokens = 34, // 10 coarse and 24 of 48
    };

    public static ResidualCodebooks Create(ulong seed = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(seed);
        float scale = 200;
        Codebook Book(int values, int components)
        {
            Tensor basis = linalg.qr(randn([values, components], generator: generator)).Q;
            Tensor codes = randn([Config.Codes, components], generator: generator) * scale;
            codes[0] = 0f;
            scale *= 0.8f;
            return new Codebook(basis, codes);
        }
        List<Codebook> global = [.. Config.GlobalGroups.Select(g => Book(Config.GlobalValues, g))];
        List<Codebook> books = [.. Config.AllStages.Select(s => Book(s.Values, s.Components))];
        List<int[]> energies = [.. Enumerable.Range(0, 3).Select(s => ImportanceTables.Energies(Config, s, books[s]))];
        List<long[]> weights = [.. Enumerable.Range(0, 3).Select(level => Enumerable.Range(0, ImportanceOrder.FeatureCount(level == 0 ? 2 : 3))
            .Select(i => (long)(1000 - 100 * level + 37 * i)).ToArray())];
        return new ResidualCodebooks(Config, global, books, new ImportanceOrder(Config, energies, weights), CPU);
    }

    /// <summary>Smooth random pictures [B, 3, 64, 64] in 0..1.</summary>
    public static Tensor Pictures(int count, long seed = 7)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)seed);
        Tensor coarse = rand([count, 3, 12, 12], generator: generator);
        return nn.functional.interpolate(coarse, [64, 64], mode: InterpolationMode.Bilinear, align_corners: false).MoveToOuterDisposeScope();
    }
}
