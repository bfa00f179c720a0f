using System.Text.Json;
using Vtok.Models.Quantizers;
using Vtok.Models.Seed;
using Vtok.Models.Weights;

namespace Vtok.Parity.Seed;

/// <summary>The codebook with its losses and gradients.</summary>
internal sealed class QuantizerRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["quantizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        using VectorQuantizer quantizer = new(SeedNetwork.QuantizerConfig(
            config.GetProperty("n_embed").GetInt32(), config.GetProperty("codebook_embed_dim").GetInt32(),
            config.TryGetProperty("beta", out JsonElement beta) ? beta.GetDouble() : 0.25,
            !config.TryGetProperty("legacy", out JsonElement legacy) || legacy.GetBoolean()));
        WeightLoader.Load(quantizer, golden.Weights);
        quantizer.train();
        Tensor z = golden.Input("z").clone().requires_grad_(true);
        QuantizerOutput output = quantizer.Quantize(z);
        Tensor loss = output.TotalLoss();
        ((output.Quantized * golden.Input("upstream_grad")).sum() + loss).backward();
        report.Compare("z_q", output.Quantized);
        report.Compare("loss", loss);
        report.Compare("ids", output.Ids.view(golden.Expected("ids").shape));
        report.Compare("entries", quantizer.Decode(output.Ids).view(golden.Expected("entries").shape));
        report.Compare("grad.z", z.grad!);
        report.Compare("grad.embedding.weight", quantizer.Codebook.grad!);
    }
}
