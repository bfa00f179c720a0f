using Vtok.Models.FlexTok;
using Vtok.Models.Lavit;
using Vtok.Models.LlamaGen;
using Vtok.Models.Seed;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Bench;

/// <summary>Model folders of the published sizes with drawn weights, in single precision unless the name says otherwise.</summary>
internal static class FullSizeModels
{
    private static readonly Dictionary<string, Action<string>> Writers = new()
    {
        ["seed-2"] = Seed,
        ["lavit"] = folder => Lavit(folder, ScalarType.Float32),
        ["lavit-bfloat16"] = folder => Lavit(folder, ScalarType.BFloat16),
        ["llamagen-vq-16"] = folder => LlamaGen(folder, LlamaGenConfig.Vq16),
        ["llamagen-vq-8"] = folder => LlamaGen(folder, LlamaGenConfig.Vq8),
    };

    static FullSizeModels()
    {
        foreach ((string name, FlexTokConfig config) in FlexTokPresets.All)
            Writers.Add(name, folder => Save(folder, FlexTokTreeWriter.Write(config), ("", new FlexTokNetwork(config))));
        foreach (TokenFlowPreset preset in TokenFlowPresets.All)
            Writers.Add(preset.Model.Name, folder => Save(folder, preset.ToModelConfig(), ("", new TokenFlowNetwork(TokenFlowConfig.Read(preset.ToModelConfig())))));
    }

    /// <summary>What there is, in order.</summary>
    public static IEnumerable<string> Names => Writers.Keys.Order(StringComparer.Ordinal);

    /// <summary>Writes a folder; holds the weights once while it does.</summary>
    public static void Write(string name, string folder) => Writers[name](folder);

    private static void Seed(string folder)
    {
        ModelConfig config = ModelConfig.FromJson("""{"vit":{},"qformer":{},"n_embed":8192,"codebook_embed_dim":32}"""u8);
        Save(folder, config, ("", new SeedNetwork(SeedConfig.Read(config))));
    }

    // Published in bfloat16.
    private static void Lavit(string folder, ScalarType type) =>
        Save(folder, ModelConfig.FromJson("""{"n_code":16384,"code_dim":32}"""u8), type, ("", new LavitNetwork(new LavitConfig { LanguageWidth = null })),
            (LavitFamily.LowPrefix, new LavitDecoder(new LavitDecoderConfig())), (LavitFamily.HighPrefix, new LavitDecoder(LavitDecoderConfig.High)));

    private static void LlamaGen(string folder, LlamaGenConfig config) => Save(folder, config.ToModelConfig(), ("", new LlamaGenNetwork(config)));

    private static void Save(string folder, ModelConfig config, params (string Prefix, nn.Module Network)[] parts) => Save(folder, config, ScalarType.Float32, parts);

    // Neither speed nor memory depends on the values.
    private static void Save(string folder, ModelConfig config, ScalarType type, params (string Prefix, nn.Module Network)[] parts)
    {
        using IDisposable frozen = no_grad();
        using Generator generator = new(1);
        Dictionary<string, Tensor> tensors = [];
        foreach ((string prefix, nn.Module network) in parts)
            foreach ((string name, Tensor tensor) in network.state_dict())
                tensors.Add(prefix + name, tensor.is_floating_point() ? Draw(name, tensor, generator).to(type) : tensor);
        ModelFolder.Save(folder, config, tensors);
        foreach ((_, nn.Module network) in parts)
            network.Dispose();
    }

    // Norms that scale by about one and tokens that are far apart (queries, registers, positions), so that ids differ.
    private static Tensor Draw(string name, Tensor tensor, Generator generator) =>
        tensor.normal_(tensor.ndim == 1 && name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0, tensor.ndim == 3 || name.EndsWith(LearnedTokens.RegistersKey, StringComparison.Ordinal) ? 1 : 0.02, generator);
}
