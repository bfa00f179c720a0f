using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Parity.TokenFlow;

/// <summary>Networks of a case, filled with its weights.</summary>
internal static class Published
{
    public const string Family = TokenFlowConfig.FamilyName;

    /// <summary>The settings of a case or manifest, which keeps what the published code fixes under "tiny" or "derived".</summary>
    public static ModelConfig Config(JsonElement published)
    {
        JsonObject config = JsonNode.Parse(published.GetRawText())!.AsObject();
        if ((config["tiny"] ?? config["derived"])?.DeepClone() is { } sizes)
            config["sizes"] = sizes;
        return ModelConfig.FromJson(System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()));
    }

    public static TokenFlowNetwork Network(GoldenCase golden)
    {
        TokenFlowNetwork network = new(TokenFlowConfig.Read(Config(golden.Config)));
        WeightLoader.Load(network, golden.Weights, ignore: name => name == TokenFlowNetwork.UsageBuffer || name.StartsWith("mm_projector.", StringComparison.Ordinal));
        network.eval();
        return network;
    }
}
