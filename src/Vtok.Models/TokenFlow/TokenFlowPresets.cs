using Vtok.Models.Weights;

namespace Vtok.Models.TokenFlow;

/// <summary>The published models.</summary>
internal static class TokenFlowPresets
{
    private const string DecoderInput = "decoder.conv_in.weight";
    private static readonly long[] PlainDecoder = [512, 256, 3, 3], EnhancedDecoder = [1024, 256, 3, 3];

    public static IReadOnlyList<TokenFlowPreset> All { get; } =
    [
        new(TokenFlowTeacher.Clip, false, Marks("tokenflow-clipb-224", PlainDecoder, "encoder_vqkd.conv1.weight", 768, 3, 16, 16)),
        new(TokenFlowTeacher.Clip, true, Marks("tokenflow-clipb-enhanced", EnhancedDecoder, "encoder_vqkd.conv1.weight", 768, 3, 16, 16)),
        new(TokenFlowTeacher.ViTamin, false, Marks("tokenflow-vitamin-256", PlainDecoder, "encoder_vqkd.patch_embed.backbone.pool.proj.weight", 1152, 384, 3, 3)),
        new(TokenFlowTeacher.SigLip, false, Marks("tokenflow-siglip-384", PlainDecoder, "encoder_vqkd.vision_model.embeddings.patch_embedding.weight", 1152, 3, 14, 14)),
    ];

    private static KnownModel Marks(string name, long[] decoder, string encoder, params long[] shape) => new(name, new Dictionary<string, long[]>
    {
        ["quantize.embedding_vqkd.weight"] = [32768, 32],
        ["quantize.embedding_vqgan.weight"] = [32768, 8],
        [DecoderInput] = decoder,
        [encoder] = shape,
    });
}
