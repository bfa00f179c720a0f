using System.Globalization;
using System.Text.Json;
using Vtok.Models.OneDPiece;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Parity.TokenFlow;

/// <summary>The multi-scale loop on a given map.</summary>
internal sealed class QuantizerRunner : ICaseRunner
{
    private const string Prefix = "quantize.";

    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["quantizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        JsonElement config = golden.Config;
        SharedQuantizerConfig books = new()
        {
            CodebookSize = config.GetProperty("codebook_size").GetInt32(),
            SemanticDimension = config.GetProperty("semantic_code_dim").GetInt32(),
            PixelDimension = config.GetProperty("codebook_embed_dim").GetInt32(),
        };
        using SharedQuantizer quantizer = new(books) { Weights = new DistanceWeights(1, config.GetProperty("distance_weight").GetDouble()) };
        WeightLoader.Load(quantizer, new PrefixedWeights(golden.Weights, Prefix));
        using ResidualConvolutions? convolutions = Convolutions(golden, books);
        ScaleList scales = new([.. config.GetProperty("scales").EnumerateArray().Select(side => side.GetInt32())]);
        ScalePyramid pyramid = new(scales, quantizer, convolutions);

        double semantic = 0, pixel = 0;
        Tensor ids = pyramid.Encode(golden.Input("h"), scales.Sides.Count, step =>
        {
            (Tensor first, Tensor second) = quantizer.Spread(step.Pooled);
            semantic += first.item<double>() / scales.Sides.Count;
            pixel += second.item<double>() / scales.Sides.Count;
            string index = step.Index.ToString(CultureInfo.InvariantCulture);
            Compare(golden, report, "quantized" + index, step.Quantized);
            Compare(golden, report, "residual_after" + index, step.Residual);
        });
        report.Compare("indices", ids);
        report.Compare("quant", pyramid.Decode(ids));
        report.Compare("d_semantic", semantic);
        report.Compare("d_pixel", pixel);
    }

    // Long scale lists come without the steps.
    private static void Compare(GoldenCase golden, CaseReport report, string name, Tensor actual)
    {
        if (golden.HasExpected(name))
            report.Compare(name, actual);
    }

    private static ResidualConvolutions? Convolutions(GoldenCase golden, SharedQuantizerConfig books)
    {
        if (!golden.Config.TryGetProperty("using_shared_conv", out JsonElement used) || !used.GetBoolean())
            return null;
        ResidualConvolutions convolutions = new(books, golden.Config.GetProperty("quant_resi").GetDouble(), golden.Config.GetProperty("share_quant_resi").GetInt32());
        WeightLoader.Load(convolutions, golden.Weights, ignore: name => name.StartsWith(Prefix, StringComparison.Ordinal));
        return convolutions;
    }
}
