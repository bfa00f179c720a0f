using System.Text.Json;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Weights;

namespace Vtok.Parity.FlexTok;

/// <summary>The published tokenizers and VAEs at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == FlexTokConfig.Family && (IsAutoencoder(manifest) || FlexTokTree.Recognizes(Config(manifest)));

    public nn.Module Build(Manifest manifest) => IsAutoencoder(manifest)
        ? new AutoencoderKl(FlexTokTree.ReadDiffusers(ModelConfig.FromJson(manifest.Config)))
        : new FlexTokNetwork(FlexTokTree.Read(Config(manifest)));

    private static bool IsAutoencoder(Manifest manifest) => manifest.Config.TryGetProperty("block_out_channels", out JsonElement _);

    private static ModelConfig Config(Manifest manifest) => manifest.Root.TryGetProperty("autoencoder_kl_config", out JsonElement geometry)
        ? Published.With(manifest.Config, "_autoencoder_kl", geometry)
        : ModelConfig.FromJson(manifest.Config);
}
