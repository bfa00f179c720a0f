using System.Text.Json.Nodes;
using Vtok.Models.Layers.Vqgan;
using Vtok.Models.Weights;

namespace Vtok.Models.TokenFlow;

/// <summary>Config trees of this family.</summary>
/// <remarks>
/// The authors publish bare weights; the members at the top are the fields of their constructor (teacher, codebook_size, semantic_code_dim,
/// codebook_embed_dim, encoder_ch_mult, decoder_ch_mult, z_channels, enhanced_decoder, infer_interpolate, kmeans, ...). An object "sizes" may
/// replace what their code fixes: grid, scales, scales_interpolate, width, decoder_heads, decoder_depth, decoder_out_dim, ch, num_res_blocks,
/// num_groups, enhanced_ch, enhanced_num_res_blocks, output_size, distance_weight, semantic_encoder.
/// </remarks>
internal static class TokenFlowSettings
{
    public const string Sizes = "sizes";

    private const string Encoder = "semantic_encoder";

    private const int MostChannels = 1 << 14, MostLayers = 256, MostCodes = 1 << 24, MostPixels = 1 << 13;

    private static readonly Dictionary<string, TokenFlowTeacher> Teachers = new()
    {
        ["clipb_224"] = TokenFlowTeacher.Clip,
        ["siglip_384"] = TokenFlowTeacher.SigLip,
        ["vitamin_xlarge_256"] = TokenFlowTeacher.ViTamin,
    };

    public static bool Recognizes(ModelConfig config) => config.Has("teacher") && config.Has("codebook_size");

    public static TokenFlowConfig Read(ModelConfig config)
    {
        if (!Teachers.TryGetValue(config.Text("teacher"), out TokenFlowTeacher teacher))
            throw config.Wrong("teacher", $"one of {string.Join(", ", Teachers.Keys)}");
        if (!config.Flag("codebook_l2_norm", true))
            throw config.Wrong("codebook_l2_norm", "true (the published code has no codebook without it)");
        ModelConfig sizes = config.Has(Sizes) ? config.Section(Sizes) : ModelConfig.FromTree(new JsonObject(), Sizes);
        try
        {
            TokenFlowConfig read = Read(config, sizes, teacher);
            read.Validate();
            return read;
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"config: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The config of a published model.</summary>
    public static ModelConfig Write(TokenFlowTeacher teacher, bool enhanced, bool interpolate) => ModelConfig.FromTree(new JsonObject
    {
        ["teacher"] = Teachers.First(pair => pair.Value == teacher).Key,
        ["codebook_size"] = 32768,
        ["semantic_code_dim"] = 32,
        ["codebook_embed_dim"] = 8,
        ["enhanced_decoder"] = enhanced,
        ["infer_interpolate"] = interpolate,
    }, "config");

    private static TokenFlowConfig Read(ModelConfig config, ModelConfig sizes, TokenFlowTeacher teacher)
    {
        bool enhanced = config.Flag("enhanced_decoder", false);
        bool interpolate = config.Flag("infer_interpolate", false) && teacher == TokenFlowTeacher.Clip;
        VisionConfig vision = sizes.Has(Encoder) ? ReadVision(sizes.Section(Encoder), teacher) : Known(teacher);
        int grid = sizes.Int("grid", vision.Grid, least: 1, most: MostPixels);
        ScaleList scales = Scales(sizes, teacher, interpolate);
        if (!interpolate && scales.Last != grid)
            throw new ArgumentException($"scales end at {scales.Last}, expected the grid's {grid}");
        if (sizes.Has("width") && sizes.Int("width") != vision.Width)
            throw sizes.Wrong("width", $"the semantic encoder's {vision.Width}");
        VqganConfig encoder = new()
        {
            Channels = sizes.Int("ch", 128, least: 1, most: MostChannels),
            Multipliers = Multipliers(config, "encoder_ch_mult"),
            Blocks = sizes.Int("num_res_blocks", 2, least: 1, most: MostLayers),
            NormGroups = sizes.Int("num_groups", 32, least: 1, most: MostChannels),
            LatentChannels = config.Int("z_channels", 256, least: 1, most: MostChannels),
        };
        return new TokenFlowConfig
        {
            Teacher = teacher,
            Quantizer = new SharedQuantizerConfig
            {
                CodebookSize = config.Int("codebook_size", least: 2, most: MostCodes),
                SemanticDimension = config.Int("semantic_code_dim", 32, least: 1, most: MostChannels),
                PixelDimension = config.Int("codebook_embed_dim", 8, least: 1, most: MostChannels),
                CommitmentCost = config.Number("commit_loss_beta", 0.25),
                MovingAverage = config.Flag("kmeans", false),
            },
            Encoder = encoder,
            Decoder = encoder with
            {
                Multipliers = Multipliers(config, "decoder_ch_mult"),
                Channels = enhanced ? sizes.Int("enhanced_ch", 256, least: 1, most: MostChannels) : encoder.Channels,
                Blocks = enhanced ? sizes.Int("enhanced_num_res_blocks", 4, least: 1, most: MostLayers) : encoder.Blocks,
            },
            Vision = vision,
            Scales = scales,
            Grid = grid,
            PictureSize = teacher == TokenFlowTeacher.SigLip ? sizes.Int("output_size", vision.ImageSize, least: 1, most: MostPixels) : vision.PatchSize * scales.Last,
            DecoderHeads = sizes.Int("decoder_heads", 12, least: 1, most: MostChannels),
            DecoderDepth = sizes.Int("decoder_depth", 3, least: 0, most: MostLayers),
            TeacherWidth = sizes.Int("decoder_out_dim", vision is ClipVisionConfig clip ? clip.OutputWidth : vision.Width, least: 1, most: MostChannels),
            Weights = new DistanceWeights(1, sizes.Number("distance_weight", 1)),
        };
    }

    private static int[] Published(TokenFlowTeacher teacher) => teacher switch
    {
        TokenFlowTeacher.Clip => [1, 2, 4, 6, 8, 10, 12, 14],
        TokenFlowTeacher.ViTamin => [1, 2, 4, 6, 8, 10, 12, 14, 16],
        _ => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 22, 27],
    };

    // A model for larger pictures has one scale more than it was trained with.
    private static ScaleList Scales(ModelConfig sizes, TokenFlowTeacher teacher, bool interpolate)
    {
        if (interpolate && sizes.Has("scales_interpolate"))
            return new ScaleList(sizes.Ints("scales_interpolate", least: 1));
        if (sizes.Has("scales"))
            return new ScaleList(sizes.Ints("scales", least: 1));
        return new ScaleList(interpolate ? [.. Published(teacher), 16] : Published(teacher));
    }

    private static IReadOnlyList<int> Multipliers(ModelConfig config, string path) => config.Has(path) ? config.Ints(path, least: 1) : [1, 1, 2, 2, 4];

    /// <summary>The sizes of a semantic encoder.</summary>
    public static VisionConfig ReadVision(ModelConfig own, TokenFlowTeacher teacher)
    {
        int Size(string name, int? otherwise = null) => own.Int(name, otherwise, least: 1, most: MostChannels);
        int Layers(string name) => own.Int(name, least: 1, most: MostLayers);
        switch (teacher)
        {
            case TokenFlowTeacher.Clip:
                return new ClipVisionConfig
                {
                    ImageSize = Size("input_resolution"),
                    PatchSize = Size("patch_size"),
                    Width = Size("width"),
                    Layers = Layers("layers"),
                    Heads = Size("heads"),
                    OutputWidth = Size("output_dim"),
                };
            case TokenFlowTeacher.SigLip:
                return new SigLipVisionConfig
                {
                    ImageSize = Size("image_size"),
                    PatchSize = Size("patch_size"),
                    Width = Size("hidden_size"),
                    Hidden = Size("intermediate_size"),
                    Layers = Layers("num_hidden_layers"),
                    Heads = Size("num_attention_heads"),
                };
            default:
                IReadOnlyList<int> widths = own.Ints("stage_dims", least: 1), depths = own.Ints("depths", least: 1);
                return new ViTaminConfig
                {
                    ImageSize = Size("img_size"),
                    Width = Size("embed_dim"),
                    Layers = Layers("depth"),
                    Heads = Size("num_heads"),
                    StemWidth = Size("stem_width"),
                    // The third stage is the transformer, which "embed_dim" and "depth" describe.
                    StageWidths = [.. widths.Take(2)],
                    StageDepths = [.. depths.Take(2)],
                    MlpRatio = own.Number("mlp_ratio", 2),
                };
        }
    }

    private static VisionConfig Known(TokenFlowTeacher teacher) => teacher switch
    {
        TokenFlowTeacher.Clip => ClipVisionConfig.Base16,
        TokenFlowTeacher.SigLip => SigLipVisionConfig.So400M,
        _ => ViTaminConfig.ExtraLarge,
    };
}
