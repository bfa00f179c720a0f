using Vtok.Models.TokenFlow;

namespace Vtok.Parity.TokenFlow;

/// <summary>The tokenizers at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == Published.Family && TokenFlowSettings.Recognizes(Published.Config(manifest.Config));

    public nn.Module Build(Manifest manifest) => new TokenFlowNetwork(TokenFlowConfig.Read(Published.Config(manifest.Config)));

    public bool Omits(Manifest manifest, string buffer) => buffer == TokenFlowNetwork.UsageBuffer;
}
