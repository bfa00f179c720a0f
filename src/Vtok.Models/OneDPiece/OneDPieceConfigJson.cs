using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>The published config.json as <see cref="OneDPieceConfig"/> and back.</summary>
/// <remarks>
/// The published file states no text guidance: what is text-aware shows in its tensors alone. Members beyond the published ones
/// (model_sizes, proxy) describe other sizes and are written only when they differ.
/// </remarks>
internal static class OneDPieceConfigJson
{
    private const string TextWeight = "decoder.text_guidance_proj.weight";
    private const string TextPositions = "decoder.text_guidance_positional_embedding";

    /// <summary>Whether this is a config of the family.</summary>
    public static bool Recognizes(JsonNode? root) =>
        root is JsonObject && root["model"] is JsonObject model && model["vq_model"] is JsonObject tokenizer
        && tokenizer["num_latent_tokens"] is not null && tokenizer["vit_enc_model_size"] is not null;

    /// <summary>Whether the config describes a model whose prefixes decode.</summary>
    public static bool IsNested(JsonNode root) => IsNested(new ConfigSection(root.AsObject(), "").Section("model"));

    /// <summary>Reads a config.</summary>
    /// <param name="root">The whole file; references are resolved.</param>
    /// <param name="shapes">Shapes of the checkpoint's tensors by name, or null when only the config is known.</param>
    /// <exception cref="CheckpointException">Something is missing or contradicts.</exception>
    public static OneDPieceConfig Read(JsonNode root, IReadOnlyDictionary<string, long[]>? shapes = null)
    {
        if (root is not JsonObject members)
            throw new CheckpointException(CheckpointError.BadConfig, "config: expected an object");
        ConfigSection file = new(members, ""), model = file.Section("model"), tokenizer = model.Section("vq_model");
        bool twoStage = tokenizer.Flag("finetune_decoder", true), legacy = tokenizer.Flag("is_legacy", true);
        if (twoStage && !legacy)
            throw tokenizer.Wrong("is_legacy", "true beside finetune_decoder true (a decoder of pixels has no second stage)");
        string mode = tokenizer.Text("quantize_mode", "vq");
        if (mode is not ("vq" or "vae"))
            throw tokenizer.Wrong("quantize_mode", "\"vq\" or \"vae\"");
        bool continuous = mode == "vae";
        OneDPieceConfig config = new()
        {
            Encoder = Size(tokenizer, "vit_enc_model_size"),
            Decoder = Size(tokenizer, "vit_dec_model_size"),
            EncoderPatch = tokenizer.Number("vit_enc_patch_size"),
            DecoderPatch = tokenizer.Number("vit_dec_patch_size"),
            LatentTokens = tokenizer.Number("num_latent_tokens"),
            TokenSize = tokenizer.Number("token_size"),
            CodebookSize = continuous ? 0 : tokenizer.Number("codebook_size"),
            Normalize = !continuous && tokenizer.Flag("use_l2_norm"),
            CommitmentCost = continuous ? 0 : tokenizer.Real("commitment_cost"),
            Clustering = !continuous && tokenizer.Flag("clustering_vq", false),
            Continuous = continuous,
            Form = twoStage ? OneDPieceForm.TwoStage : legacy ? OneDPieceForm.StageOne : OneDPieceForm.OneStage,
            Nested = IsNested(model),
            Text = Text(tokenizer, shapes),
            CropSize = file.Optional("dataset")?.Optional("preprocessing")?.Number("crop_size", 256) ?? 256,
            Proxy = ReadProxy(tokenizer.Optional("proxy") ?? file.Optional("proxy")),
        };
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"config: {e.Message}", e);
        }
        return config;
    }

    /// <summary>Reads the settings of a proxy tokenizer; null means the published ones.</summary>
    public static ProxyTokenizerConfig ReadProxy(ConfigSection? section)
    {
        ProxyTokenizerConfig published = new();
        if (section is not { } proxy)
            return published;
        ProxyTokenizerConfig config = new()
        {
            CodebookSize = proxy.Number("num_embeddings", published.CodebookSize),
            CodeDimension = proxy.Number("z_channels", published.CodeDimension),
            HiddenChannels = proxy.Number("hidden_channels", published.HiddenChannels),
            ChannelMultipliers = proxy.Numbers("channel_mult", published.ChannelMultipliers),
            Blocks = proxy.Number("num_res_blocks", published.Blocks),
            PictureChannels = proxy.Number("num_channels", published.PictureChannels),
            NormGroups = proxy.Number("norm_groups", published.NormGroups),
            Resolution = proxy.Number("resolution", published.Resolution),
        };
        if (proxy.Number("num_resolutions", config.ChannelMultipliers.Count) != config.ChannelMultipliers.Count)
            throw proxy.Wrong("num_resolutions", $"{config.ChannelMultipliers.Count}, the length of channel_mult");
        return config;
    }

    /// <summary>Writes a config as the authors' code takes it.</summary>
    public static JsonObject Write(OneDPieceConfig config)
    {
        JsonObject tokenizer = new()
        {
            ["quantize_mode"] = config.Continuous ? "vae" : "vq",
            ["token_size"] = config.TokenSize,
            ["vit_enc_model_size"] = SizeName(config.Encoder, "encoder"),
            ["vit_dec_model_size"] = SizeName(config.Decoder, "decoder"),
            ["vit_enc_patch_size"] = config.EncoderPatch,
            ["vit_dec_patch_size"] = config.DecoderPatch,
            ["num_latent_tokens"] = config.LatentTokens,
            ["finetune_decoder"] = config.Form == OneDPieceForm.TwoStage,
            ["is_legacy"] = config.Legacy,
        };
        if (!config.Continuous)
        {
            tokenizer["codebook_size"] = config.CodebookSize;
            tokenizer["use_l2_norm"] = config.Normalize;
            tokenizer["commitment_cost"] = config.CommitmentCost;
            tokenizer["clustering_vq"] = config.Clustering;
        }
        if (config.Text is { } text)
        {
            tokenizer["text_context_length"] = text.Length;
            tokenizer["text_embed_dim"] = text.Width;
        }
        if (config.Nested)
            tokenizer["strict_length_assertion"] = false;
        JsonObject sizes = [];
        foreach ((TransformerSize size, string role) in new[] { (config.Encoder, "encoder"), (config.Decoder, "decoder") })
            if (!TransformerSize.Published.Values.Contains(size))
                sizes[role] = new JsonObject { ["width"] = size.Width, ["layers"] = size.Layers, ["heads"] = size.Heads };
        if (sizes.Count > 0)
            tokenizer["model_sizes"] = sizes;
        if (config.Legacy && config.Proxy != new ProxyTokenizerConfig())
            tokenizer["proxy"] = WriteProxy(config.Proxy);
        JsonObject model = new() { ["vq_model"] = tokenizer };
        if (config.Nested)
            model["type"] = "one_d_piece";
        return new JsonObject
        {
            ["model"] = model,
            ["dataset"] = new JsonObject { ["preprocessing"] = new JsonObject { ["crop_size"] = config.CropSize } },
        };
    }

    private static JsonObject WriteProxy(ProxyTokenizerConfig config) => new()
    {
        ["num_embeddings"] = config.CodebookSize,
        ["z_channels"] = config.CodeDimension,
        ["hidden_channels"] = config.HiddenChannels,
        ["channel_mult"] = new JsonArray([.. config.ChannelMultipliers.Select(m => JsonValue.Create(m))]),
        ["num_resolutions"] = config.ChannelMultipliers.Count,
        ["num_res_blocks"] = config.Blocks,
        ["num_channels"] = config.PictureChannels,
        ["norm_groups"] = config.NormGroups,
        ["resolution"] = config.Resolution,
    };

    private static bool IsNested(ConfigSection model) =>
        model.Text("type", "") == "one_d_piece" || !model.Section("vq_model").Flag("strict_length_assertion", true);

    private static TransformerSize Size(ConfigSection tokenizer, string member)
    {
        string name = tokenizer.Text(member);
        ConfigSection? sizes = tokenizer.Optional("model_sizes");
        if (sizes?.Optional(name) is { } own)
            return new TransformerSize(own.Number("width"), own.Number("layers"), own.Number("heads"));
        if (TransformerSize.Published.TryGetValue(name, out TransformerSize? size))
            return size;
        IEnumerable<string> known = TransformerSize.Published.Keys.Concat(sizes?.Names ?? []);
        throw tokenizer.Wrong(member, $"one of {string.Join(", ", known)}");
    }

    private static string SizeName(TransformerSize size, string otherwise) =>
        TransformerSize.Published.FirstOrDefault(known => known.Value == size).Key ?? otherwise;

    private static TextGuidance? Text(ConfigSection tokenizer, IReadOnlyDictionary<string, long[]>? shapes)
    {
        if (shapes is null || !shapes.TryGetValue(TextWeight, out long[]? weight))
            return tokenizer.Has("text_context_length") || tokenizer.Has("text_embed_dim")
                ? new TextGuidance(tokenizer.Number("text_context_length", TextGuidance.Published.Length), tokenizer.Number("text_embed_dim", TextGuidance.Published.Width))
                : null;
        long length = shapes.TryGetValue(TextPositions, out long[]? positions) && positions.Length == 2 ? positions[0] : TextGuidance.Published.Length;
        if (weight.Length != 2 || weight[1] > int.MaxValue || length > int.MaxValue)
            throw new CheckpointException(CheckpointError.Mismatch, $"{TextWeight}: shape [{string.Join(", ", weight)}], expected [width, text width]");
        return new TextGuidance((int)length, (int)weight[1]);
    }
}
