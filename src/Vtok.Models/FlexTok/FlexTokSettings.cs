using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>The settings of single modules of a tree.</summary>
internal static class FlexTokSettings
{
    public const int MostWidth = 1 << 15, MostDepth = 1 << 10, MostTokens = 1 << 16, MostGrid = 1 << 12;

    private const double NormEpsilon = 1e-5;

    // What is not among them must be null or absent: it would have an effect on the numbers.
    private static readonly string[] TrunkSettings =
    [
        "_target_", "input_seq_read_key", "output_seq_write_key", "dim", "depth", "head_dim", "mlp_ratio", "qkv_bias", "proj_bias", "mlp_bias", "gated_mlp", "qk_norm",
        "norm_layer", "adaLN_emb_read_key", "adaLN_packing_fn_read_key", "adaLN_expansion", "use_act_checkpoint", "weight_init_style",
        "zero_init_query_proj", "intermediate_layers", "intermediate_layer_write_key", "drop", "drop_path_rate",
    ];

    private static readonly string[] JointSettings = [.. TrunkSettings, "block_mask_read_key"];

    private static readonly string[] CrossSettings = [.. TrunkSettings, "context_seq_read_key", "sa_block_mask_read_key", "xa_block_mask_read_key"];

    /// <summary>The trunk, of either class.</summary>
    public static FlexTransformerConfig Trunk(FlexTokModule module)
    {
        ModelConfig settings = module.Settings;
        bool crossAttention = module.Class == "FlexTransformerDecoder";
        Known(settings, crossAttention ? CrossSettings : JointSettings, module.Class);
        return new FlexTransformerConfig
        {
            CrossAttention = crossAttention,
            Width = settings.Int("dim", 768, least: 4, most: MostWidth),
            Depth = settings.Int("depth", 12, least: 1, most: MostDepth),
            HeadWidth = settings.Int("head_dim", 64, least: 1, most: MostWidth),
            MlpRatio = settings.Number("mlp_ratio", 4),
            Gated = settings.Flag("gated_mlp", true),
            NormalizeQueries = settings.Flag("qk_norm", true),
            Norm = Norm(settings),
            QueryBias = settings.Flag("qkv_bias", false),
            OutputBias = settings.Flag("proj_bias", false),
            MlpBias = settings.Flag("mlp_bias", false),
            ModulationStreams = settings.Has("adaLN_emb_read_key") ? settings.Int("adaLN_expansion", 1, least: 1, most: 2) : 0,
        };
    }

    /// <summary>A head, of any class.</summary>
    public static FlexHeadConfig Head(FlexTokModule module)
    {
        ModelConfig settings = module.Settings;
        bool mlp = module.Class == "MLPHead";
        return new FlexHeadConfig
        {
            Norm = Norm(settings),
            Bias = settings.Flag(mlp ? "bias" : "proj_bias", true),
            ModulationBias = settings.Flag("adaLN_bias", true),
            BaseWidth = settings.Flag("use_mup_readout", false) ? BaseWidth(settings) : null,
            Layers = mlp ? settings.Int("num_layers", least: 2, most: MostDepth) : 1,
            HiddenRatio = settings.Number("dim_hidden_ratio", 4),
        };
    }

    /// <summary>Whether fewer registers are averages of all.</summary>
    public static bool IsPooled(ModelConfig settings) => settings.Text("ordering_mode", "nested") switch
    {
        "nested" => false,
        "avg_pool" => true,
        _ => throw settings.Wrong("ordering_mode", "\"nested\" or \"avg_pool\""),
    };

    public static RegisterMask Mask(ModelConfig settings) => settings.Text("mask_mode", "full") switch
    {
        "causal_last" => RegisterMask.CausalLast,
        "full" => RegisterMask.Full,
        "causal" => RegisterMask.Causal,
        _ => throw settings.Wrong("mask_mode", "\"causal_last\", \"full\" or \"causal\""),
    };

    public static NestedDropoutMode Dropout(ModelConfig settings) => settings.Text("size_sampling_mode", "uniform") switch
    {
        "uniform" => NestedDropoutMode.Uniform,
        "pow2" => NestedDropoutMode.PowersOfTwo,
        "uniform_pow2" => NestedDropoutMode.UniformPowersOfTwo,
        _ => throw settings.Wrong("size_sampling_mode", "\"uniform\", \"pow2\" or \"uniform_pow2\""),
    };

    public static int PatchSize(ModelConfig settings)
    {
        IReadOnlyList<int> sizes = settings.Ints("patch_sizes", least: 1);
        return sizes.Count == 2 && sizes[0] == sizes[1] && sizes[0] <= MostGrid ? sizes[0] : throw settings.Wrong("patch_sizes", "two equal sizes");
    }

    public static IReadOnlyList<int> Grid(ModelConfig settings)
    {
        IReadOnlyList<int> sizes = settings.Ints("max_sizes", least: 1);
        return sizes.Count == 2 && sizes.All(size => size <= MostGrid) ? sizes : throw settings.Wrong("max_sizes", $"two sizes of at most {MostGrid}");
    }

    /// <summary>Positions of patches.</summary>
    public static PatchPositionsConfig Positions(ModelConfig settings) => new()
    {
        Kind = settings.Text("posemb_type", "sincos") switch
        {
            "sincos" => PositionKind.SinesAndCosines,
            "learnable_sum" => PositionKind.LearnedSum,
            "learnable_prod" => PositionKind.LearnedProduct,
            _ => throw settings.Wrong("posemb_type", "\"sincos\", \"learnable_sum\" or \"learnable_prod\""),
        },
        Interpolated = settings.Text("posemb_scaling", "absolute") switch
        {
            "absolute" => false,
            "interpolate" => true,
            _ => throw settings.Wrong("posemb_scaling", "\"absolute\" or \"interpolate\""),
        },
    };

    /// <summary>Registers that there are positions for: of one axis, sum and product are the same, and there is nothing else.</summary>
    public static int RegistersOf(ModelConfig settings)
    {
        if (settings.Text("posemb_type", "sincos") is not ("learnable_sum" or "learnable_prod"))
            throw settings.Wrong("posemb_type", "\"learnable_sum\" for registers");
        if (settings.Text("posemb_scaling", "absolute") != "absolute")
            throw settings.Wrong("posemb_scaling", "\"absolute\" for registers");
        int registers = settings.Ints("max_sizes", least: 1)[0];
        return registers <= MostTokens ? registers : throw settings.Wrong("max_sizes", $"at most {MostTokens} registers");
    }

    /// <summary>Refuses a reducer that does anything but add.</summary>
    public static void CheckSum(ModelConfig settings)
    {
        if (FlexTokTargets.ClassOf(settings.Find("per_sample_op")) != "sum_tensors")
            throw settings.Wrong("per_sample_op", "sum_tensors");
    }

    private static TokenNormKind Norm(ModelConfig settings)
    {
        if (!settings.Root.TryGetPropertyValue("norm_layer", out JsonNode? node))
            return TokenNormKind.Plain;
        if (node is null)
            return TokenNormKind.None;
        if (FlexTokTargets.ClassOf(node) != "Fp32LayerNorm")
            throw settings.Wrong("norm_layer", "Fp32LayerNorm");
        ModelConfig norm = settings.Section("norm_layer");
        if (norm.Number("eps", NormEpsilon) != NormEpsilon)
            throw norm.Wrong("eps", "0.00001");
        if (!norm.Flag("elementwise_affine", true))
            return TokenNormKind.Plain;
        return norm.Flag("bias", true) ? TokenNormKind.Affine : TokenNormKind.Scaled;
    }

    private static int BaseWidth(ModelConfig settings) => settings.Has(FlexHeadConfig.BaseWidthMember)
        ? settings.Int(FlexHeadConfig.BaseWidthMember, least: 1, most: MostWidth)
        : throw settings.Wrong(FlexHeadConfig.BaseWidthMember, "the width of muP's base model beside use_mup_readout, which the published tree does not hold (the authors' later work has 256)");

    private static void Known(ModelConfig settings, string[] known, string type)
    {
        foreach ((string name, JsonNode? value) in settings.Root)
            if (value is not null && !known.Contains(name))
                throw settings.Wrong(name, $"a setting of {type} that is known here");
    }
}
