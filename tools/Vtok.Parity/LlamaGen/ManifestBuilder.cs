using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;

namespace Vtok.Parity.LlamaGen;

/// <summary>The published tokenizers at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == LlamaGenFamily.FamilyName && PublishedConfig.Recognizes(ModelConfig.FromJson(manifest.Config));

    public nn.Module Build(Manifest manifest) => new LlamaGenNetwork(PublishedConfig.Read(ModelConfig.FromJson(manifest.Config)));
}
