using System.Text.Json;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The tower alone: all tokens, the class token's feature and the head.</summary>
internal sealed class VitRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["vit"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        JsonElement config = golden.Config;
        using EvaVit tower = new(new EvaVitConfig
        {
            ImageSize = config.GetProperty("img_size").GetInt32(),
            PatchSize = config.GetProperty("patch_size").GetInt32(),
            Width = config.GetProperty("embed_dim").GetInt32(),
            Depth = config.GetProperty("depth").GetInt32(),
            Heads = config.GetProperty("num_heads").GetInt32(),
            MlpRatio = config.GetProperty("mlp_ratio").GetDouble(),
            QueryValueBias = !config.TryGetProperty("qkv_bias", out JsonElement bias) || bias.GetBoolean(),
            NormEpsilon = config.TryGetProperty("norm_eps", out JsonElement epsilon) ? epsilon.GetDouble() : 1e-6,
            HeadOutputs = config.GetProperty("num_classes").GetInt32(),
        });
        WeightLoader.Load(tower, golden.Weights);
        tower.eval();
        Tensor tokens = tower.call(golden.Input("image"));
        (Tensor feature, Tensor logits) = tower.Classify(tokens);
        report.Compare("all_features", tokens);
        report.Compare("cls_feature", feature);
        report.Compare("logits", logits);
    }
}
