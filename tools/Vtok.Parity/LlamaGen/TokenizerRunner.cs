using System.Text.Json;
using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;

namespace Vtok.Parity.LlamaGen;

/// <summary>Pictures to ids and back, with weights of the case or with formula weights at the published size.</summary>
internal sealed class TokenizerRunner : ICaseRunner
{
    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["tokenizer", "tokenizer-full"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        LlamaGenConfig config = PublishedConfig.Read(ModelConfig.FromJson(golden.Config));
        using LlamaGenNetwork network = golden.HasWeights ? LlamaGenNetwork.Load(config, golden.Weights) : Formula(config);
        Tensor pixels = golden.HasInput("x") ? golden.Input("x") : Pixels(golden.Config);
        Tensor features = network.Features(pixels), vectors = network.Vectors(features);
        Tensor ids = network.Encode(pixels), quantized = network.Lookup(ids); // [B, h, w], [B, D, h, w]
        Dictionary<string, Tensor> outputs = new()
        {
            ["h"] = features,
            ["pre_quant"] = vectors,
            ["indices"] = ids.flatten(),
            ["z_q"] = network.Quantize(vectors).Quantized,
            ["rec"] = network.DecodeVectors(quantized),
            ["codebook_entry_chlast"] = network.Quantizer.Decode(ids.flatten()),
        };
        report.Compare(outputs);
    }

    private static LlamaGenNetwork Formula(LlamaGenConfig config)
    {
        LlamaGenNetwork network = new(config);
        FormulaValues.Fill(network);
        network.eval();
        return network;
    }

    private static Tensor Pixels(JsonElement config) => FormulaValues.Input(
        config.GetProperty("input_key").GetString()!, [.. config.GetProperty("input_shape").EnumerateArray().Select(size => size.GetInt64())]);
}
