using System.Text;
using System.Text.Json.Nodes;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Models.LlamaGen;

/// <summary>config.json as <see cref="LlamaGenConfig"/> and back: the fields of the published constructor, at the top or under "config".</summary>
/// <remarks>Extensions of ours, absent from published files: "quantizer" (an object) and "attention". A member "vq_model" or "model" ("VQ-16", "VQ-8") names a published model, from which the other fields may depart.</remarks>
internal static class PublishedConfig
{
    // Sizes above these are no tokenizer but a damaged or hostile file; memory is bounded before it is taken.
    private const int MostCodes = 1 << 24, MostWidth = 1 << 16, MostBlocks = 1024, MostDepth = 64;

    private static readonly Dictionary<string, LlamaGenConfig> Models = new() { ["VQ-16"] = LlamaGenConfig.Vq16, ["VQ-8"] = LlamaGenConfig.Vq8 };

    /// <summary>Whether this is a config of this family; TokenFlow's, which has the same fields and a teacher, is not.</summary>
    public static bool Recognizes(ModelConfig config)
    {
        ModelConfig fields = Fields(config);
        return !fields.Has("teacher") && (ModelName(fields) is not null || (fields.Has("encoder_ch_mult") && fields.Has("codebook_embed_dim")));
    }

    /// <summary>Reads a config.</summary>
    /// <exception cref="CheckpointException">Something is out of range or contradicts.</exception>
    public static LlamaGenConfig Read(ModelConfig config)
    {
        ModelConfig fields = Fields(config);
        LlamaGenConfig published = ModelName(fields) is { } name ? Models[name] : LlamaGenConfig.Vq16;
        LlamaGenConfig read = new()
        {
            CodebookSize = fields.Int("codebook_size", published.CodebookSize, least: 2, most: MostCodes),
            CodeDimension = fields.Int("codebook_embed_dim", published.CodeDimension, least: 1, most: MostWidth),
            Normalize = fields.Flag("codebook_l2_norm", published.Normalize),
            ShowUsage = fields.Flag("codebook_show_usage", published.ShowUsage),
            CommitmentCost = fields.Number("commit_loss_beta", published.CommitmentCost),
            EntropyCost = fields.Number("entropy_loss_ratio", published.EntropyCost),
            EncoderMultipliers = fields.Has("encoder_ch_mult") ? fields.Ints("encoder_ch_mult", least: 1) : published.EncoderMultipliers,
            DecoderMultipliers = fields.Has("decoder_ch_mult") ? fields.Ints("decoder_ch_mult", least: 1) : published.DecoderMultipliers,
            LatentChannels = fields.Int("z_channels", published.LatentChannels, least: 1, most: MostWidth),
            Channels = fields.Int("ch", published.Channels, least: 1, most: MostWidth),
            Blocks = fields.Int("num_res_blocks", published.Blocks, least: 1, most: MostBlocks),
            NormGroups = fields.Int("num_groups", published.NormGroups, least: 1, most: MostWidth),
            Attention = fields.Flag("attention", published.Attention),
        };
        if (fields.Find("quantizer") is JsonObject)
            read = WithQuantizer(read, fields.Section("quantizer"));
        try
        {
            read.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"config: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        return read;
    }

    /// <summary>Writes all fields.</summary>
    public static ModelConfig Write(LlamaGenConfig config)
    {
        JsonObject root = new()
        {
            ["codebook_size"] = config.CodebookSize,
            ["codebook_embed_dim"] = config.CodeDimension,
            ["codebook_l2_norm"] = config.Normalize,
            ["codebook_show_usage"] = config.ShowUsage,
            ["commit_loss_beta"] = config.CommitmentCost,
            ["entropy_loss_ratio"] = config.EntropyCost,
            ["encoder_ch_mult"] = new JsonArray([.. config.EncoderMultipliers.Select(m => JsonValue.Create(m))]),
            ["decoder_ch_mult"] = new JsonArray([.. config.DecoderMultipliers.Select(m => JsonValue.Create(m))]),
            ["z_channels"] = config.LatentChannels,
            ["ch"] = config.Channels,
            ["num_res_blocks"] = config.Blocks,
            ["num_groups"] = config.NormGroups,
        };
        if (!config.Attention)
            root["attention"] = false;
        if (config.Kind != QuantizerKind.Vector || config.Learning != CodebookLearning.Gradient)
            root["quantizer"] = Quantizer(config);
        return ModelConfig.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static LlamaGenConfig WithQuantizer(LlamaGenConfig config, ModelConfig fields) => config with
    {
        Kind = (QuantizerKind)Choice(fields, "kind", QuantizerNames.Kinds),
        Learning = (CodebookLearning)Choice(fields, "learning", QuantizerNames.Learning),
        Decay = fields.Number("decay", config.Decay),
        Depth = fields.Int("depth", config.Depth, least: 1, most: MostDepth),
        Levels = fields.Has("levels") ? fields.Ints("levels", least: 2) : config.Levels,
    };

    private static JsonObject Quantizer(LlamaGenConfig config)
    {
        JsonObject quantizer = new() { ["kind"] = QuantizerNames.Kinds[(int)config.Kind] };
        if (config.Kind is QuantizerKind.Vector or QuantizerKind.Residual)
        {
            quantizer["learning"] = QuantizerNames.Learning[(int)config.Learning];
            quantizer["decay"] = config.Decay;
            quantizer["depth"] = config.Depth;
        }
        if (config.Kind == QuantizerKind.FiniteScalar)
            quantizer["levels"] = new JsonArray([.. config.Levels.Select(levels => JsonValue.Create(levels))]);
        return quantizer;
    }

    private static int Choice(ModelConfig fields, string member, IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
            if (fields.Text(member, names[0]) == names[i])
                return i;
        throw fields.Wrong(member, $"one of {string.Join(", ", names)}");
    }

    private static ModelConfig Fields(ModelConfig config) => config.Find("config") is JsonObject ? config.Section("config") : config;

    private static string? ModelName(ModelConfig fields) =>
        Named(fields, "vq_model") is { } model && Models.ContainsKey(model) ? model
        : Named(fields, "model") is { } other && Models.ContainsKey(other) ? other
        : null;

    private static string? Named(ModelConfig fields, string member) => (fields.Find(member) as JsonValue)?.ToString();
}
