using System.Text.Json;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;

namespace Vtok.Parity.Seed;

/// <summary>The EVA tower alone: patches and the output of every block.</summary>
internal sealed class VitRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["vit"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using EvaVit tower = new(Config(golden.Config));
        WeightLoader.Load(tower, golden.Weights);
        tower.eval();
        Dictionary<string, Tensor> outputs = [];
        outputs["features"] = tower.Features(golden.Input("image"), outputs);
        report.Compare(outputs);
    }

    private static EvaVitConfig Config(JsonElement config) => new()
    {
        ImageSize = config.GetProperty("img_size").GetInt32(),
        PatchSize = config.GetProperty("patch_size").GetInt32(),
        Width = config.GetProperty("embed_dim").GetInt32(),
        Depth = config.GetProperty("depth").GetInt32(),
        Heads = config.GetProperty("num_heads").GetInt32(),
        MlpRatio = config.GetProperty("mlp_ratio").GetDouble(),
        QueryValueBias = Flag(config, "qkv_bias", true),
        NormEpsilon = config.TryGetProperty("norm_eps", out JsonElement epsilon) ? epsilon.GetDouble() : 1e-6,
        LayerScale = config.TryGetProperty("init_values", out JsonElement start) && start.ValueKind == JsonValueKind.Number ? start.GetDouble() : null,
        AbsolutePositions = Flag(config, "use_abs_pos_emb", true),
        RelativePositions = Flag(config, "use_rel_pos_bias", false),
        SharedRelativePositions = Flag(config, "use_shared_rel_pos_bias", false),
    };

    private static bool Flag(JsonElement config, string name, bool otherwise) => config.TryGetProperty(name, out JsonElement flag) ? flag.GetBoolean() : otherwise;
}
