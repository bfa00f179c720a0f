using Vtok.Models.Lavit;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The published tokenizer and both decoders at full size.</summary>
internal sealed class ManifestBuilder : IManifestBuilder
{
    public bool Handles(Manifest manifest) => manifest.Family == LavitConfig.Family && (IsTokenizer(manifest) || manifest.Config.TryGetProperty("num_heads", out _));

    public nn.Module Build(Manifest manifest) => IsTokenizer(manifest)
        ? new LavitNetwork(PublishedConfig.Read(ModelConfig.FromJson(manifest.Config)))
        : new LavitDecoder(LavitDecoderConfig.FromShapes(
            manifest.Parameters.ToDictionary(row => row.Key, row => new TensorEntry(ScalarType.Float32, row.Value)), manifest.Config.GetProperty("num_heads").GetInt32()));

    private static bool IsTokenizer(Manifest manifest) => PublishedConfig.Recognizes(ModelConfig.FromJson(manifest.Config));
}
