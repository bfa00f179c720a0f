using System.Globalization;
using Vtok.Models.TokenFlow;

namespace Vtok.Parity.TokenFlow;

/// <summary>Whole tokenizers, with what happens inside, and the pictures of prefixes of scales.</summary>
internal sealed class TokenizerRunner : ICaseRunner
{
    private const string Prefix = "prefix";

    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["tokenizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using TokenFlowNetwork network = Published.Network(golden);
        Tensor x = golden.Input("x");
        TokenFlowFeatures features = network.Features(x);
        Tensor ids = network.Ids(features.Joint()), map = network.Map(ids);
        Dictionary<string, Tensor> outputs = new()
        {
            ["semantic_tokens"] = network.SemanticTokens(x),
            ["pixel_input"] = network.PixelInput(x),
            ["semantic_pre"] = features.Semantic,
            ["pixel_pre"] = features.Pixel,
            ["indices"] = ids,
            ["quant"] = map,
            ["semantic_recon"] = network.DecodeSemantics(map),
            ["image"] = network.DecodePixels(map),
        };
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string[] parts = name[Prefix.Length..].Split('_');
            int scales = int.Parse(parts[0], CultureInfo.InvariantCulture);
            Tensor coarse = network.Map(ids.narrow(1, 0, network.Config.Scales.Lengths[scales - 1]));
            outputs[name] = parts[1] == "image" ? network.DecodePixels(coarse) : network.DecodeSemantics(coarse);
        }
        report.Compare(outputs);
    }
}
