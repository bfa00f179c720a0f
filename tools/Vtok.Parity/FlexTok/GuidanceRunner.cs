using System.Text.Json;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;

namespace Vtok.Parity.FlexTok;

/// <summary>Classifier-free and projected guidance over the steps of a run.</summary>
internal sealed class GuidanceRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["guidance"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        Tensor conditional = golden.Input("cond"), empty = golden.Input("uncond");
        foreach (JsonProperty settings in golden.Config.EnumerateObject())
        {
            using var guide = new FlowGuide(Read(settings.Value));
            report.Compare(settings.Name, stack(Enumerable.Range(0, (int)conditional.size(0)).Select(step => guide.Combine(conditional[step], empty[step], 1))));
        }
        if (golden.HasExpected("diff_norms"))
            report.Compare("diff_norms", (conditional - empty).square().sum([2, 3, 4]).sqrt());
    }

    private static FlowGuidance Read(JsonElement settings)
    {
        double Number(string name) => settings.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        return new FlowGuidance
        {
            Scale = Number("scale"),
            Projected = settings.TryGetProperty("norm_threshold", out JsonElement _),
            Momentum = settings.TryGetProperty("momentum", out JsonElement momentum) && momentum.ValueKind == JsonValueKind.Number ? momentum.GetDouble() : null,
            Parallel = Number("eta"),
            Threshold = Number("norm_threshold"),
        };
    }
}
