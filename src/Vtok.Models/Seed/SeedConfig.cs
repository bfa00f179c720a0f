using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;

namespace Vtok.Models.Seed;

/// <summary>Settings of a SEED tokenizer. Defaults: SEED-2 as published (arXiv 2310.01218).</summary>
public sealed record SeedConfig
{
    /// <summary>The vision tower.</summary>
    public EvaVitConfig Vit { get; init; } = new();

    /// <summary>The causal Q-Former.</summary>
    public QFormerConfig QFormer { get; init; } = new();

    /// <summary>Number of codes (K).</summary>
    public int CodebookSize { get; init; } = 8192;

    /// <summary>Length of a code (D).</summary>
    public int CodeDimension { get; init; } = 32;

    /// <summary>The de-tokenizer's end.</summary>
    public SeedHead Head { get; init; }

    /// <summary>Blocks of the de-tokenizer, and of the semantic branch.</summary>
    public int DecodeDepth { get; init; } = 4;

    /// <summary>Heads of these blocks.</summary>
    public int BlockHeads { get; init; } = 12;

    /// <summary>Whether the branch that reconstructs the Q-Former's output is there; only training reads it.</summary>
    public bool SemanticBranch { get; init; } = true;

    /// <summary>Layers of the reverse Q-Former.</summary>
    /// <remarks>Quirk: 4 in SEED-1 and in the training code, as many as the Q-Former has in the inference class of SEED-2.</remarks>
    public int ReverseLayers { get; init; } = 12;

    /// <summary>Queries of the reverse Q-Former; not 32, which would make it causal.</summary>
    public int ReverseQueries { get; init; } = 1;

    /// <summary>Width of the embedding.</summary>
    public int FeatureWidth { get; init; } = 1024;

    internal double ApproximateParameters => Vit.ApproximateParameters + QFormer.ApproximateParameters + 24.0 * DecodeDepth * QFormer.Width * QFormer.Width
        + (double)CodebookSize * CodeDimension + (Head == SeedHead.ImageDown ? 0 : ReverseQFormer.ApproximateParameters);

    internal QFormerConfig ReverseQFormer => QFormer with { Layers = ReverseLayers, EncoderWidth = QFormer.Width, VocabularySize = null };

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Vit.Validate();
        QFormer.Validate();
        ReverseQFormer.Validate();
        foreach ((string name, int value, int most) in ((string, int, int)[])
        [
            ("n_embed", CodebookSize, 1 << 24), ("codebook_embed_dim", CodeDimension, 1 << 16), ("decode_depth", DecodeDepth, 1000),
            ("num_reverse_token", ReverseQueries, 1 << 16), ("features_dim", FeatureWidth, 1 << 16),
        ])
            if (value < 1 || value > most)
                throw new ArgumentException($"{name} is {value}, expected 1..{most}");
        if (QFormer.EncoderWidth != Vit.Width)
            throw new ArgumentException($"encoder_width {QFormer.EncoderWidth} is not the tower's width {Vit.Width}");
        if (BlockHeads < 1 || QFormer.Width % BlockHeads != 0)
            throw new ArgumentException($"hidden_size {QFormer.Width} does not divide into the {BlockHeads} heads of the de-tokenizer");
    }

    /// <summary>Reads the names of the published code's arguments.</summary>
    /// <exception cref="CheckpointException">A setting is missing or out of range.</exception>
    public static SeedConfig Read(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        EvaVitConfig vit = ReadVit(config.Section("vit"));
        QFormerConfig queries = QFormerConfig.Read(config.Section("qformer"), vit.Width);
        if (config.Int("num_query_token", Seed.QFormer.CausalQueries) != Seed.QFormer.CausalQueries)
            throw config.Wrong("num_query_token", $"{Seed.QFormer.CausalQueries} (causality hangs on this number)");
        bool text = config.Has("text_features_dim");
        SeedHead head = text ? SeedHead.Text : config.Flag("use_qformer_image", false) ? SeedHead.ReverseQFormer : SeedHead.ImageDown;
        SeedConfig settings = new()
        {
            Vit = vit,
            QFormer = queries,
            CodebookSize = config.Int("n_embed", 8192, 1),
            CodeDimension = config.Int("codebook_embed_dim", 32, 1),
            Head = head,
            DecodeDepth = config.Int(config.Has("decode_depth") ? "decode_depth" : "depth", 4, 1),
            BlockHeads = config.Int("blocks_num_heads", 12, 1),
            SemanticBranch = config.Flag("recon_s", !text),
            ReverseLayers = config.Int("reverse_qformer_layers", text ? 4 : queries.Layers, 1),
            ReverseQueries = config.Int("num_reverse_token", text ? 77 : 1, 1),
            FeatureWidth = config.Int(text ? "text_features_dim" : "image_features_dim", text ? 768 : 1024, 1),
        };
        try
        {
            settings.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"seed: {e.Message}", e);
        }
        return settings;
    }

    private static EvaVitConfig ReadVit(ModelConfig config)
    {
        if (config.Text("model", "eva_clip_g") != "eva_clip_g")
            throw config.Wrong("model", "eva_clip_g");
        double scale = config.Number("init_values", 0);
        return new EvaVitConfig
        {
            ImageSize = config.Int("img_size", 224, 1, 1 << 14),
            PatchSize = config.Int("patch_size", 14, 1, 1 << 14),
            Width = config.Int("embed_dim", 1408, 1),
            Depth = config.Int("depth", 39, 1),
            Heads = config.Int("num_heads", 16, 1),
            MlpRatio = config.Number("mlp_ratio", 4.3637),
            QueryValueBias = config.Flag("qkv_bias", true),
            NormEpsilon = config.Number("norm_eps", 1e-6),
            LayerScale = scale > 0 ? scale : null,
            AbsolutePositions = config.Flag("use_abs_pos_emb", true),
            RelativePositions = config.Flag("use_rel_pos_bias", false),
            SharedRelativePositions = config.Flag("use_shared_rel_pos_bias", false),
        };
    }
}
