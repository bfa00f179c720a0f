using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>The published config.json as <see cref="OneDPieceConfig"/> and back.</summary>
/// <remarks>
/// The published file states no text guidance: what is text-aware shows in its tensors alone. Members beyond the published ones
/// (model_sizes, proxy) describe other sizes and are written only when they differ.
/// </remarks>
internal static class PublishedConfig
{
    private const string TextWeight = "decoder.text_guidance_proj.weight";
    // Sizes above these are no tokenizer but a damaged or hostile file; memory is bounded before it is taken.
    private const int MostTokens = 1 << 16, MostCodes = 1 << 24, MostWidth = 1 << 16, MostLayers = 1024, MostSide = 1 << 14;

    private const string TextPositions = "decoder.text_guidance_positional_embedding";

    /// <summary>Whether this is a config of either family.</summary>
    public static bool Recognizes(ModelConfig config) =>
        config.Has("model.vq_model.num_latent_tokens") && config.Has("model.vq_model.vit_enc_model_size");

    /// <summary>Whether the config describes a model whose prefixes decode; false for what is malformed.</summary>
    public static bool IsNested(ModelConfig config) =>
        config.Find("model.type") is JsonValue type && type.ToString() == "one_d_piece"
        || config.Find("model.vq_model.strict_length_assertion") is JsonValue strict && strict.GetValueKind() == JsonValueKind.False;

    /// <summary>Reads a config.</summary>
    /// <param name="config">The whole file.</param>
    /// <param name="shapes">Shapes of the checkpoint's tensors by name, or null when only the config is known.</param>
    /// <exception cref="CheckpointException">Something is missing or contradicts.</exception>
    public static OneDPieceConfig Read(ModelConfig config, IReadOnlyDictionary<string, long[]>? shapes = null)
    {
        ModelConfig tokenizer = config.Section("model.vq_model");
        bool twoStage = tokenizer.Flag("finetune_decoder", true), legacy = tokenizer.Flag("is_legacy", true);
        if (twoStage && !legacy)
            throw tokenizer.Wrong("is_legacy", "true beside finetune_decoder true (a decoder of pixels has no second stage)");
        string mode = tokenizer.Text("quantize_mode", "vq");
        if (mode is not ("vq" or "vae"))
            throw tokenizer.Wrong("quantize_mode", "\"vq\" or \"vae\"");
        bool continuous = mode == "vae";
        OneDPieceConfig read = new()
        {
            Encoder = Size(tokenizer, "vit_enc_model_size"),
            Decoder = Size(tokenizer, "vit_dec_model_size"),
            EncoderPatch = tokenizer.Int("vit_enc_patch_size", least: 1),
            DecoderPatch = tokenizer.Int("vit_dec_patch_size", least: 1),
            LatentTokens = tokenizer.Int("num_latent_tokens", least: 1, most: MostTokens),
            TokenSize = tokenizer.Int("token_size", least: 1, most: MostWidth),
            CodebookSize = continuous ? 0 : tokenizer.Int("codebook_size", least: 2, most: MostCodes),
            Normalize = !continuous && tokenizer.Flag("use_l2_norm"),
            CommitmentCost = continuous ? 0 : tokenizer.Number("commitment_cost"),
            Clustering = !continuous && tokenizer.Flag("clustering_vq", false),
            Continuous = continuous,
            Form = twoStage ? OneDPieceForm.TwoStage : legacy ? OneDPieceForm.StageOne : OneDPieceForm.OneStage,
            Nested = IsNested(config),
            Text = Text(tokenizer, shapes),
            CropSize = config.Int("dataset.preprocessing.crop_size", 256, least: 1, most: MostSide),
            Proxy = tokenizer.Has("proxy") ? ReadProxy(tokenizer.Section("proxy")) : config.Has("proxy") ? ReadProxy(config.Section("proxy")) : new ProxyTokenizerConfig(),
        };
        Check(read.Validate);
        return read;
    }

    /// <summary>Reads the settings of a proxy tokenizer; what is absent is as published.</summary>
    /// <exception cref="CheckpointException">Something is out of range or contradicts.</exception>
    public static ProxyTokenizerConfig ReadProxy(ModelConfig proxy)
    {
        ProxyTokenizerConfig published = new();
        IReadOnlyList<int> multipliers = proxy.Has("channel_mult") ? proxy.Ints("channel_mult", least: 1) : published.ChannelMultipliers;
        if (proxy.Int("num_resolutions", multipliers.Count) != multipliers.Count)
            throw proxy.Wrong("num_resolutions", $"{multipliers.Count}, the length of channel_mult");
        ProxyTokenizerConfig read = new()
        {
            CodebookSize = proxy.Int("num_embeddings", published.CodebookSize, least: 2, most: MostCodes),
            CodeDimension = proxy.Int("z_channels", published.CodeDimension, least: 1, most: MostWidth),
            HiddenChannels = proxy.Int("hidden_channels", published.HiddenChannels, least: 1, most: MostWidth),
            ChannelMultipliers = multipliers,
            Blocks = proxy.Int("num_res_blocks", published.Blocks, least: 1, most: MostLayers),
            PictureChannels = proxy.Int("num_channels", published.PictureChannels, least: 1, most: MostWidth),
            NormGroups = proxy.Int("norm_groups", published.NormGroups, least: 1, most: MostWidth),
            Resolution = proxy.Int("resolution", published.Resolution, least: 1, most: MostSide),
        };
        Check(read.Validate);
        return read;
    }

    /// <summary>Writes a config as the authors' code takes it.</summary>
    public static ModelConfig Write(OneDPieceConfig config)
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
        JsonObject root = new()
        {
            ["model"] = model,
            ["dataset"] = new JsonObject { ["preprocessing"] = new JsonObject { ["crop_size"] = config.CropSize } },
        };
        return ModelConfig.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
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

    private static void Check(Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"config: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static TransformerSize Size(ModelConfig tokenizer, string member)
    {
        string name = tokenizer.Text(member);
        if (tokenizer.Find("model_sizes") is JsonObject own && own.ContainsKey(name))
        {
            ModelConfig size = tokenizer.Section($"model_sizes.{name}");
            return new TransformerSize(size.Int("width", least: 1, most: MostWidth), size.Int("layers", least: 1, most: MostLayers), size.Int("heads", least: 1, most: MostWidth));
        }
        return TransformerSize.Published.TryGetValue(name, out TransformerSize? known)
            ? known
            : throw tokenizer.Wrong(member, $"one of {string.Join(", ", TransformerSize.Published.Keys)}, or a name in model_sizes");
    }

    private static string SizeName(TransformerSize size, string otherwise) =>
        TransformerSize.Published.FirstOrDefault(known => known.Value == size).Key ?? otherwise;

    private static TextGuidance? Text(ModelConfig tokenizer, IReadOnlyDictionary<string, long[]>? shapes)
    {
        if (shapes is null || !shapes.TryGetValue(TextWeight, out long[]? weight))
            return tokenizer.Has("text_context_length") || tokenizer.Has("text_embed_dim")
                ? new TextGuidance(
                    tokenizer.Int("text_context_length", TextGuidance.Published.Length, least: 1, most: MostTokens),
                    tokenizer.Int("text_embed_dim", TextGuidance.Published.Width, least: 1, most: MostWidth))
                : null;
        long length = shapes.TryGetValue(TextPositions, out long[]? positions) && positions.Length == 2 ? positions[0] : TextGuidance.Published.Length;
        if (weight.Length != 2 || weight[1] > int.MaxValue || length > int.MaxValue)
            throw new CheckpointException(CheckpointError.Mismatch, $"{TextWeight}: shape [{string.Join(", ", weight)}], expected [width, text width]");
        return new TextGuidance((int)length, (int)weight[1]);
    }
}
