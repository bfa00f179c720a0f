using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Models.Weights;

namespace Vtok.Parity.FlexTok;

/// <summary>A published file: the tree in its header and in config.json, then a sampling run.</summary>
internal sealed class CheckpointRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["checkpoint-format"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(golden.Folder, "model.safetensors"));
        JsonObject expected = JsonObject.Create(golden.Config.GetProperty("expected_config"))!;
        JsonObject stored = new FlexTokFamily().FromMetadata(weights.Metadata)!.Root;
        if (!JsonNode.DeepEquals(stored, expected))
            report.Fail("the tree in the header is not the expected one");
        JsonObject beside = ModelConfig.Load(Path.Combine(golden.Folder, "config.json")).Root;
        expected.Remove("_target_");
        beside.Remove("_target_");
        if (!JsonNode.DeepEquals(beside, expected))
            report.Fail("the tree in config.json is not the expected one");

        ModelConfig config = Published.With(JsonSerializer.SerializeToElement(stored), "_autoencoder_kl", golden.Config.GetProperty("_autoencoder_kl"));
        using FlexTokTokenizer tokenizer = Published.Tokenizer(config, weights);
        JsonElement settings = golden.Config.GetProperty("_sampler");
        var sampler = new RectifiedFlowSampler(settings.GetProperty("timesteps").GetInt32());
        report.Compare("latents", tokenizer.Sample(tokenizer.Codes(golden.Input("ids")), golden.Input("flow_noise"), sampler, Published.Guidance(settings)));
    }
}
