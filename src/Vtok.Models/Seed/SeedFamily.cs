using System.Text.Json;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Seed;

/// <summary>Opens SEED and SEED-2; the authors publish no config, so it is read off the shapes.</summary>
internal sealed class SeedFamily : IModelFamily
{
    public const string FamilyName = "seed";

    private const int HeadWidth = 64, TowerHeadWidth = 88, TowerDepth = 39; // BERT base; EVA ViT-g, of which BLIP-2 uses all blocks but the last

    private const string QueryTokens = "query_tokens", Codebook = "quantize.embedding.weight", Down = "encode_task_layer.2.weight",
        ImageDown = "image_down.4.weight", TextPositions = "pos_embed_text", ImageProjection = "distill_image_proj.weight", TextProjection = "distill_text_proj.weight",
        ReverseQueries = "reverse_tokens";

    public string Name => FamilyName;

    public IReadOnlyList<IReadOnlyList<WeightPart>> PublishedParts { get; } =
    [
        [new("eva_vit_g", SeedWeights.Tower), new("seed_quantizer")],
        [new("eva_vit_g", SeedWeights.Tower), new("causal_qformer"), new("seed_tokenizer")],
    ];

    public IReadOnlyList<KnownModel> Known { get; } =
    [
        new("seed-tokenizer-2", new Dictionary<string, long[]> { [Codebook] = [8192, 32], [ImageDown] = [32, 128], ["pos_embed_image"] = [1, 32, 768] }),
        new("seed-tokenizer-1", new Dictionary<string, long[]> { [Codebook] = [8192, 32], [TextPositions] = [1, 32, 768] }),
    ];

    public bool Recognizes(ModelConfig config) => config.Has("qformer") && config.Has("vit") && config.Has("n_embed") && config.Has("codebook_embed_dim");

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries)
    {
        if (entries.ShapeOf(QueryTokens) is not [1, QFormer.CausalQueries, var width] || entries.ShapeOf(Codebook) is not [var codes, var dimension] || entries.ShapeOf(Down) is null)
            return null;
        string? projection = entries.ShapeOf(TextPositions) is not null ? TextProjection : entries.ShapeOf(ImageProjection) is not null ? ImageProjection : null;
        if (projection is null || width % HeadWidth != 0 || entries.ShapeOf("ln_vision.weight") is not [var tower] || tower % TowerHeadWidth != 0)
            return null;
        long blocks = entries.CountOf(SeedWeights.Tower + "blocks.", ".norm1.weight");
        var config = new Dictionary<string, object>
        {
            ["vit"] = new Dictionary<string, object> { ["embed_dim"] = tower, ["num_heads"] = tower / TowerHeadWidth, ["depth"] = blocks is > 0 and < TowerDepth ? blocks : TowerDepth },
            ["qformer"] = new Dictionary<string, object>
            {
                ["hidden_size"] = width, ["num_attention_heads"] = width / HeadWidth, ["num_hidden_layers"] = Math.Max(1, entries.CountOf("Qformer.bert.encoder.layer.", ".attention.self.query.weight")),
                ["intermediate_size"] = entries.SizeOf("Qformer.bert.encoder.layer.0.intermediate_query.dense.weight", axis: 0, axes: 2) ?? 3072, ["encoder_width"] = tower,
            },
            ["n_embed"] = codes,
            ["codebook_embed_dim"] = dimension,
            ["decode_depth"] = Math.Max(1, entries.CountOf(projection == TextProjection ? "blocks_text." : "blocks_image.", ".norm1.weight")),
            ["recon_s"] = entries.ShapeOf("pos_embed") is not null,
            ["use_qformer_image"] = entries.ShapeOf(ImageDown) is null,
            [projection == TextProjection ? "text_features_dim" : "image_features_dim"] = entries.SizeOf(projection, axis: 0, axes: 2) ?? 1024,
        };
        if (entries.ShapeOf(ReverseQueries) is [1, var reverse, _])
        {
            config["num_reverse_token"] = reverse;
            config["reverse_qformer_layers"] = Math.Max(1, entries.CountOf("Reverse_Qformer.bert.encoder.layer.", ".attention.self.query.weight"));
        }
        return ModelConfig.FromJson(JsonSerializer.SerializeToUtf8Bytes(config));
    }

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest) => Describe(SeedConfig.Read(config), FamilyName, weightsDigest);

    internal static TokenizerInfo Describe(SeedConfig settings, string name, string weightsDigest) => new()
    {
        Name = name,
        Family = FamilyName,
        Order = TokenOrder.Causal,
        Vocabulary = new ImageVocabulary(new VocabularyRun(settings.CodebookSize, QFormer.CausalQueries)),
        Lengths = [QFormer.CausalQueries],
        NativeWidth = settings.Vit.ImageSize,
        NativeHeight = settings.Vit.ImageSize,
        // Quirk: the published inference scripts resize bilinearly, the tokenizer class and its demo bicubically as here; ids differ.
        Preprocessing = new ImagePreprocessing { Filter = "bicubic", Mean = PixelNormalization.Clip.MeanBillionths, Std = PixelNormalization.Clip.DeviationBillionths },
        Weights = weightsDigest,
    };

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        SeedConfig settings = SeedConfig.Read(config);
        SizeCheck.Require(settings.ApproximateParameters, weights);
        using SeedWeights published = new(weights, settings);
        SeedNetwork network = new(settings);
        try
        {
            // The published files also hold a text path, the tower's last block and head, and what only training reads.
            WeightLoader.Load(network, published, device, ignore: _ => true);
            return new SeedTokenizer(network, info, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
