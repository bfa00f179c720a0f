using Vtok.Models.Seed;
using Vtok.Models.Weights;

namespace Vtok.Parity.Seed;

/// <summary>The published tokenizers at full size; the class of training stage 1, which has no codebook, comes with training.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == SeedFamily.FamilyName && manifest.Config.TryGetProperty("n_embed", out _);

    public nn.Module Build(Manifest manifest) => new SeedNetwork(SeedConfig.Read(ModelConfig.FromJson(manifest.Config)));
}
