using System.Text.Json;

namespace Vtok.Parity.OneDPiece;

/// <summary>Ids that the published demos print for two ImageNet pictures; neither they nor the weights are here.</summary>
internal sealed class KnownTokensRunner(string family) : IFileRunner
{
    public string Family => family;

    public string File => "known-tokens.json";

    public void Run(JsonElement content, string folder, CaseReport report) =>
        throw new MissingWeightsException("the published weights and the pictures ILSVRC2012_val_00008636 and 00010240");
}
