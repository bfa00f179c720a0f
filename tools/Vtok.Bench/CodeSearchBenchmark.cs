using Vtok.Models.Layers;
using Vtok.Models.TokenFlow;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>One index in two codebooks of 32,768 codes for the 817 positions of a picture: the published matrices against tiles.</summary>
internal sealed class CodeSearchBenchmark : IBenchmark
{
    private const string Group = "tokenflow code search";
    private const int Codes = 32768, Positions = 817, Semantic = 32, Pixel = 8;

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        if (!options.Wants(Group, "matrices") && !options.Wants(Group, "tiles"))
            yield break;
        NativeTorch.Load();
        foreach ((string name, double seconds) in Measure(options))
            yield return new BenchRow(Group, name, Positions / seconds, "ids/s");
    }

    // Apart: no TorchSharp type may be touched before libtorch is loaded, and no scope be open while rows are handed out.
    private static (string, double)[] Measure(BenchOptions options)
    {
        using IDisposable quiet = no_grad();
        set_num_threads(options.Threads);
        Generator generator = new(1);
        using SharedQuantizer quantizer = new(new SharedQuantizerConfig { CodebookSize = Codes, SemanticDimension = Semantic, PixelDimension = Pixel });
        Initialization.Normal(quantizer.SemanticCodebook, 1, generator);
        Initialization.Normal(quantizer.PixelCodebook, 1, generator);
        using Tensor rows = randn([Positions, Semantic + Pixel], generator: generator);
        return
        [
            ("matrices", Timing.Fastest(options.Seconds, () => Matrices(quantizer, rows))),
            ("tiles", Timing.Fastest(options.Seconds, () => quantizer.Encode(rows).Dispose())),
        ];
    }

    // Without the squares and the one-hot matrix that the published code makes beside, so the ratio is not flattered.
    private static void Matrices(SharedQuantizer quantizer, Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        _ = (Distances(rows.narrow(1, 0, Semantic), quantizer.SemanticCodebook) + Distances(rows.narrow(1, Semantic, Pixel), quantizer.PixelCodebook)).argmin(1);
    }

    private static Tensor Distances(Tensor rows, Tensor codes)
    {
        Tensor a = nn.functional.normalize(rows, dim: -1), e = nn.functional.normalize(codes, dim: -1);
        return a.square().sum(1, keepdim: true) + e.square().sum(1) - a.mm(e.t()) * 2; // [R, K]
    }
}
