using System.Text.Json;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Parity.OneDPiece;

/// <summary>The published tokenizers and their proxy tokenizer at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) =>
        manifest.Family is OneDPieceConfig.WholeFamily or OneDPieceConfig.NestedFamily && (IsProxy(manifest) || PublishedConfig.Recognizes(Config(manifest)));

    public nn.Module Build(Manifest manifest) => IsProxy(manifest)
        ? new ProxyTokenizer(PublishedConfig.ReadProxy(Config(manifest)))
        : new OneDPieceNetwork(PublishedConfig.Read(Config(manifest), manifest.Parameters.ToDictionary(row => row.Key, row => row.Value)));

    private static bool IsProxy(Manifest manifest) => manifest.Config.TryGetProperty("num_embeddings", out JsonElement _);

    private static ModelConfig Config(Manifest manifest) => ModelConfig.FromJson(manifest.Config);
}
