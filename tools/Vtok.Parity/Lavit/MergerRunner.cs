using System.Text.Json;
using Vtok.Models.Lavit;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The merger with what happens in its blocks.</summary>
internal sealed class MergerRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["merger"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        JsonElement config = golden.Config;
        int width = config.GetProperty("embed_dim").GetInt32();
        using TokenMerger merger = new(
            width, config.GetProperty("depth").GetInt32(), config.GetProperty("num_heads").GetInt32(), (int)(width * config.GetProperty("mlp_ratio").GetDouble()));
        using PrefixedWeights weights = new(golden.Weights, "causal_encoder.");
        WeightLoader.Load(merger, weights);
        Dictionary<string, Tensor> outputs = [];
        outputs["merged"] = merger.Merge(golden.Input("features"), golden.Input("decisions"), outputs);
        report.Compare(outputs);
        foreach (Tensor output in outputs.Values)
            output.Dispose();
    }
}
