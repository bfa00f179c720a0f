using System.Globalization;
using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.OneDPiece;

/// <summary>The MaskGIT-VQGAN alone.</summary>
internal sealed class ProxyTokenizerRunner(string family) : ICaseRunner
{
    private const string SoftCodes = "soft_code_temp";

    private static readonly Dictionary<string, string> TracedModules = new() { ["encoder.down.*"] = "enc_down*" };

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["proxy-tokenizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using ProxyTokenizer proxy = Published.Proxy(golden);
        Dictionary<string, Tensor> outputs = [];
        _ = new Trace(proxy, TracedModules, outputs);
        Tensor z = outputs["z"] = proxy.Features(golden.Input("pixels"));
        QuantizerOutput quantized = proxy.Quantize(z);
        Tensor codes = quantized.Ids;
        outputs["codes"] = codes;
        outputs["codes_get_code"] = proxy.Encode(golden.Input("pixels"));
        outputs["quantized"] = quantized.Quantized;
        outputs["quantizer_loss"] = quantized.TotalLoss();
        outputs["distances"] = proxy.Distances(z);
        outputs["decoded_unclamped"] = proxy.DecodeFeatures(quantized.Quantized);
        outputs["decoded"] = proxy.Decode(codes);
        outputs["decoded_from_3d_codes"] = proxy.Decode(codes.view(z.size(0), z.size(2), z.size(3)));
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith(SoftCodes, StringComparison.Ordinal)))
            outputs[name] = proxy.SoftCodes(z, double.Parse(name[SoftCodes.Length..], CultureInfo.InvariantCulture));
        report.Compare(outputs);
    }
}
