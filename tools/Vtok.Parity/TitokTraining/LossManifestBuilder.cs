using Vtok.Models.Discriminators;
using Vtok.Models.Perceptual;
using Vtok.Training.Losses;

namespace Vtok.Parity.TitokTraining;

/// <summary>The parts of TiTok's loss module at full size.</summary>
internal sealed class LossManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == "titok" && Model(manifest) is "discriminator" or "perceptual-loss";

    public nn.Module Build(Manifest manifest) => Model(manifest) == "discriminator"
        ? new Discriminator(manifest)
        : new PerceptualMixture(PerceptualMixtureConfig.Parse(manifest.Config.GetProperty("perceptual_loss").GetString()!)!);

    /// <summary>The constants of the normalisations are constants here.</summary>
    public bool Omits(Manifest manifest, string buffer) =>
        buffer.StartsWith("imagenet_", StringComparison.Ordinal);

    private static string? Model(Manifest manifest) => manifest.Root.TryGetProperty("model", out System.Text.Json.JsonElement model) ? model.GetString() : null;

    private sealed class Discriminator : nn.Module
    {
        public Discriminator(Manifest manifest) : base(nameof(Discriminator)) => register_module("discriminator", new BlurDiscriminator(new BlurDiscriminatorConfig
        {
            HiddenChannels = manifest.Config.GetProperty("hidden_channels").GetInt32(),
            Stages = manifest.Config.GetProperty("num_stages").GetInt32(),
            NormGroups = manifest.Config.GetProperty("norm_groups").GetInt32(),
            BlurKernel = manifest.Config.GetProperty("blur_kernel_size").GetInt32(),
        }));
    }
}
