using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>The classes and functions that a published tree may name. Nothing is ever looked up by such a name but here.</summary>
internal static class FlexTokTargets
{
    /// <summary>The member that names the class of a node.</summary>
    public const string Member = "_target_";

    private const string Package = "flextok.";

    private static readonly HashSet<string> Known =
    [
        "flextok_wrapper.FlexTok", "flextok_wrapper.FlexTokFromHub", "vae_wrapper.StableDiffusionVAE",
        "flow_matching.pipelines.MinRFPipeline", "flow_matching.noise_modules.MinRFNoiseModule", "flow_matching.cfg_utils.MomentumBuffer",
        "model.utils.wrappers.SequentialModuleDictWrapper", "model.utils.posembs.PositionalEmbedding", "model.utils.posembs.PositionalEmbeddingAdder",
        "model.utils.dict_ops.DictKeyFilter", "model.utils.dict_ops.PerSampleOp", "model.utils.dict_ops.PerSampleReducer",
        "model.utils.dict_ops.channels_first_to_last", "model.utils.dict_ops.channels_last_to_first", "model.utils.dict_ops.sum_tensors",
        "model.trunks.transformers.FlexTransformer", "model.trunks.transformers.FlexTransformerDecoder",
        "model.preprocessors.token_dropout.MaskedNestedDropout", "model.preprocessors.time_embedding.TimestepEmbedder",
        "model.preprocessors.registers.Registers1D", "model.preprocessors.patching.PatchEmbedder", "model.preprocessors.nullcond.ZeroNullCond",
        "model.preprocessors.nullcond.LearnedNullCond", "model.preprocessors.mask_tokens.MaskTokenModule", "model.preprocessors.linear.LinearLayer",
        "model.preprocessors.flex_seq_packing.BlockWiseSequencePacker", "model.postprocessors.seq_unpacking.SequenceUnpacker",
        "model.postprocessors.heads.LinearHead", "model.postprocessors.heads.ToPatchesLinearHead", "model.postprocessors.heads.MLPHead",
        "model.layers.transformer_blocks.FlexBlock", "model.layers.transformer_blocks.FlexBlockAdaLN", "model.layers.transformer_blocks.FlexDecoderBlock",
        "model.layers.transformer_blocks.FlexDecoderBlockAdaLN", "model.layers.norm.Fp32LayerNorm", "model.layers.mlp.Mlp", "model.layers.mlp.GatedMlp",
        "model.layers.drop_path.DropPath", "model.layers.attention.FlexAttention", "model.layers.attention.FlexSelfAttention",
        "model.layers.attention.FlexCrossAttention", "model.layers.mup_readout.MuReadoutFSDP", "regularizers.quantize_fsq.FSQ",
    ];

    /// <summary>Whether a tree names this package's classes.</summary>
    public static bool IsOurs(JsonNode? target) =>
        target is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().StartsWith(Package, StringComparison.Ordinal);

    /// <summary>The class of a node without its package path, such as "PatchEmbedder"; null where there is none.</summary>
    public static string? ClassOf(JsonNode? node) =>
        node is JsonObject members && members.TryGetPropertyValue(Member, out JsonNode? target) && target is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>().Split('.')[^1] : null;

    /// <summary>Refuses a tree that names anything else, wherever in it.</summary>
    /// <exception cref="CheckpointException">Names it.</exception>
    public static void Check(JsonNode? node)
    {
        if (node is JsonArray list)
            foreach (JsonNode? item in list)
                Check(item);
        if (node is not JsonObject members)
            return;
        foreach ((string name, JsonNode? value) in members)
        {
            if (name == Member && !(IsOurs(value) && Known.Contains(value!.GetValue<string>()[Package.Length..])))
                throw new CheckpointException(CheckpointError.Unsupported, $"config: {Member} {Printable.Quote(value?.ToString() ?? "null")} is none of the classes that a FlexTok tree may name");
            Check(value);
        }
    }
}
