using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.OneDPiece;

namespace Vtok.Parity.OneDPiece;

/// <summary>The published tokenizers and their proxy tokenizer at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) =>
        manifest.Family is OneDPieceConfig.WholeFamily or OneDPieceConfig.NestedFamily && (IsProxy(manifest) || OneDPieceConfigJson.Recognizes(Json(manifest)));

    public nn.Module Build(Manifest manifest) => IsProxy(manifest)
        ? new ProxyTokenizer(OneDPieceConfigJson.ReadProxy(new ConfigSection(Json(manifest).AsObject(), "")))
        : new OneDPieceNetwork(OneDPieceConfigJson.Read(Json(manifest), manifest.Parameters.ToDictionary(row => row.Key, row => row.Value)));

    private static bool IsProxy(Manifest manifest) => manifest.Config.TryGetProperty("num_embeddings", out JsonElement _);

    private static JsonNode Json(Manifest manifest) => JsonNode.Parse(manifest.Config.GetRawText())!;
}
