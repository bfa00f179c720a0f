using Vtok.Models.FlexTok;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.FlexTok;

/// <summary>Finite scalar quantization: levels, ids, codes and the straight-through gradient.</summary>
internal sealed class QuantizerRunner : ICaseRunner
{
    private const double Slack = 1.001;

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["fsq"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using FiniteScalarQuantizer quantizer = Published.Quantizer(Published.Config(golden));
        Tensor z = golden.Input("z").requires_grad_();
        QuantizerOutput output = quantizer.Quantize(z);
        report.Compare("bounded", quantizer.Bound(z));
        report.Compare("quant", output.Quantized);
        report.Compare("tokens", output.Ids);
        (output.Quantized * golden.Input("grad_quant")).sum().backward();
        report.Compare("grad_z", z.grad!);

        Tensor codes = quantizer.Decode(golden.Input("ids"));
        report.Compare("embedding_of_ids", codes);
        report.Compare("roundtrip_ids", quantizer.Encode(Unbound(codes, quantizer.Config.Levels)));
        report.Compare("codebook_size", quantizer.CodebookSize);
        report.Compare("basis", [.. Basis(quantizer.Config.Levels)]);
    }

    /// <summary>Features that fall onto given codes.</summary>
    private static Tensor Unbound(Tensor codes, IReadOnlyList<int> levels)
    {
        Tensor middle = tensor([.. levels.Select(l => (double)(l / 2))]), half = tensor([.. levels.Select(l => (l - 1) * Slack / 2)]);
        Tensor offset = tensor([.. levels.Select(l => l % 2 == 0 ? 0.5 : 0)]);
        return (((codes.to(ScalarType.Float64) * middle + offset) / half).atanh() - (offset / half).atanh()).to(ScalarType.Float32);
    }

    private static IEnumerable<double> Basis(IReadOnlyList<int> levels)
    {
        long product = 1;
        foreach (int level in levels)
        {
            yield return product;
            product *= level;
        }
    }
}
