using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Layers.Flow;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>The published tree of classes and their settings as <see cref="FlexTokConfig"/>.</summary>
/// <remarks>
/// The member _autoencoder_kl is ours: the config of the VAE (as diffusers writes it) where it is not the published one.
/// Which part a module plays is found from its class; modules may have any name, but they must do their work in the published order.
/// </remarks>
internal static class FlexTokTree
{
    private const int MostWidth = 1 << 15, MostDepth = 1 << 10, MostTokens = 1 << 16, MostGrid = 1 << 12;

    /// <summary>Whether a config is such a tree; never throws.</summary>
    public static bool Recognizes(ModelConfig config) =>
        FlexTokTargets.IsOurs(config.Find("regularizer._target_")) && config.Find("encoder") is JsonObject && config.Find("decoder") is JsonObject;

    /// <summary>Reads a whole tree.</summary>
    /// <exception cref="CheckpointException">Something is missing, unknown or contradicts.</exception>
    public static FlexTokConfig Read(ModelConfig config)
    {
        FlexTokTargets.Check(config.Root);
        var read = new FlexTokConfig
        {
            Autoencoder = ReadAutoencoder(config),
            SamplePosterior = config.Flag("vae.sample_posterior", true),
            Encoder = ReadEncoder(config.Section("encoder")),
            Decoder = ReadDecoder(config.Section("decoder")),
            Levels = config.Ints("regularizer.levels", least: 2),
            Times = new FlowTimeOptions
            {
                LogNormal = config.Flag("flow_matching_noise_module.ln", true),
                Stratified = config.Flag("flow_matching_noise_module.stratisfied", false),
                ModeScale = config.Number("flow_matching_noise_module.mode_scale", 0),
            },
        };
        if (config.Has("pipeline.out_channels") && config.Int("pipeline.out_channels") != read.Autoencoder.LatentChannels)
            throw config.Wrong("pipeline.out_channels", $"{read.Autoencoder.LatentChannels}, the latent channels of the VAE");
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads the VAE of a tree.</summary>
    public static AutoencoderKlConfig ReadAutoencoder(ModelConfig config)
    {
        int channels = config.Int("vae.latent_channels", 16, least: 1, most: MostWidth);
        AutoencoderKlConfig geometry = config.Has("_autoencoder_kl") ? ReadDiffusers(config.Section("_autoencoder_kl")) : new() { LatentChannels = channels };
        if (geometry.LatentChannels != channels)
            throw config.Wrong("vae.latent_channels", $"{geometry.LatentChannels}, as _autoencoder_kl says");
        if (config.Number("vae.scaling_factor", 0) is not 0 and var scale)
            return geometry with { ScalingFactor = scale };
        if (config.Has("vae.hf_hub_path") && !config.Has("_autoencoder_kl.scaling_factor"))
            throw config.Wrong("vae.scaling_factor", "a number (copy scaling_factor from the config.json of the VAE that vae.hf_hub_path names)");
        return geometry;
    }

    /// <summary>Reads the config of a VAE as diffusers writes it.</summary>
    public static AutoencoderKlConfig ReadDiffusers(ModelConfig config)
    {
        var published = new AutoencoderKlConfig { LatentChannels = 4 };
        if (config.Text("act_fn", "silu") is not ("silu" or "swish"))
            throw config.Wrong("act_fn", "\"silu\"");
        var read = new AutoencoderKlConfig
        {
            Widths = config.Has("block_out_channels") ? config.Ints("block_out_channels", least: 1) : published.Widths,
            BlocksPerLevel = config.Int("layers_per_block", published.BlocksPerLevel, least: 1, most: MostDepth),
            LatentChannels = config.Int("latent_channels", published.LatentChannels, least: 1, most: MostWidth),
            PictureChannels = config.Int("in_channels", published.PictureChannels, least: 1, most: MostWidth),
            NormGroups = config.Int("norm_num_groups", published.NormGroups, least: 1, most: MostWidth),
            ScalingFactor = config.Number("scaling_factor", 0) is not 0 and var scale ? scale : published.ScalingFactor,
        };
        if (read.Widths.Any(width => width > MostWidth))
            throw config.Wrong("block_out_channels", $"widths of at most {MostWidth}");
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads the encoder's part of a tree.</summary>
    public static FlexTokEncoderConfig ReadEncoder(ModelConfig part)
    {
        var modules = new FlexTokModules(part);
        FlexTokModule patches = modules.Only("PatchEmbedder"), positions = modules.Only("PositionalEmbeddingAdder"), registers = modules.Only("Registers1D");
        FlexTokModule packer = modules.Only("BlockWiseSequencePacker"), trunk = modules.Only("FlexTransformer"), head = modules.Only("LinearHead");
        FlexTokModules.InOrder(patches, positions, registers, packer, trunk, head);
        var read = new FlexTokEncoderConfig
        {
            LatentChannels = patches.Settings.Int("channels_in", least: 1, most: MostWidth),
            Patch = PatchSize(patches.Settings),
            Grid = Grid(positions.Settings),
            Registers = registers.Settings.Int("n_max", least: 1, most: MostTokens),
            PooledRegisters = registers.Settings.Text("ordering_mode", "nested") switch
            {
                "nested" => false,
                "avg_pool" => true,
                _ => throw registers.Settings.Wrong("ordering_mode", "\"nested\" or \"avg_pool\""),
            },
            Mask = Mask(packer.Settings),
            Transformer = Transformer(trunk.Settings),
            CodeDimension = head.Settings.Int("dim_out", least: 1, most: MostWidth),
            Names = new FlexTokEncoderNames(patches.Name, positions.Name, registers.Name, trunk.Name, head.Name),
        };
        SameWidth(read.Transformer.Width, patches, positions, registers, head);
        Head(head.Settings);
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads the decoder's part of a tree.</summary>
    public static FlexTokDecoderConfig ReadDecoder(ModelConfig part)
    {
        var modules = new FlexTokModules(part);
        FlexTokModule codes = modules.Only("LinearLayer"), dropout = modules.Only("MaskedNestedDropout"), empty = modules.Only("LearnedNullCond", "ZeroNullCond");
        FlexTokModule registerPositions = modules.OnlyWhere("PositionalEmbeddingAdder", settings => settings.Ints("max_sizes").Count == 1, "with one size (of the registers)");
        FlexTokModule patchPositions = modules.OnlyWhere("PositionalEmbeddingAdder", settings => settings.Ints("max_sizes").Count == 2, "with two sizes (of the patches)");
        FlexTokModule patches = modules.Only("PatchEmbedder"), packer = modules.Only("BlockWiseSequencePacker"), time = modules.Only("TimestepEmbedder");
        FlexTokModule trunk = modules.Only("FlexTransformer"), head = modules.Only("ToPatchesLinearHead");
        FlexTokModules.InOrder(codes, registerPositions, dropout, empty, packer, trunk, head);
        FlexTokModules.InOrder(patches, patchPositions, packer);
        if (Mask(packer.Settings) != RegisterMask.Full)
            throw packer.Settings.Wrong("mask_mode", "\"full\" in the decoder");
        if (registerPositions.Settings.Text("posemb_type") != "learnable_sum")
            throw registerPositions.Settings.Wrong("posemb_type", "\"learnable_sum\" for registers");
        if (empty.Settings.Flag("replace_with_single_token", false))
            throw empty.Settings.Wrong("replace_with_single_token", "false");
        FlexTransformerConfig transformer = Transformer(trunk.Settings);
        bool streams = packer.Settings.Flag("per_subseq_embs", false);
        if (streams != (transformer.ModulationStreams == 2))
            throw packer.Settings.Wrong("per_subseq_embs", $"{(streams ? "false" : "true")} beside adaLN_expansion {transformer.ModulationStreams}");
        var read = new FlexTokDecoderConfig
        {
            LatentChannels = patches.Settings.Int("channels_in", least: 1, most: MostWidth),
            Patch = PatchSize(patches.Settings),
            Grid = Grid(patchPositions.Settings),
            Registers = registerPositions.Settings.Ints("max_sizes", least: 1)[0],
            Transformer = transformer,
            CodeDimension = codes.Settings.Int("dim_in", least: 1, most: MostWidth),
            TimeFeatures = time.Settings.Int("frequency_embedding_size", 256, least: 2, most: MostWidth),
            MaxTime = time.Settings.Number("max_timestep", 1000),
            Dropout = Dropout(dropout.Settings),
            NullProbability = empty.Settings.Number("dropout_prob", 0),
            ZeroNull = empty.Class == "ZeroNullCond",
            Names = new FlexTokDecoderNames(codes.Name, registerPositions.Name, dropout.Name, empty.Name, patches.Name, patchPositions.Name, time.Name, trunk.Name, head.Name),
        };
        if (read.Registers > MostTokens)
            throw registerPositions.Settings.Wrong("max_sizes", $"at most {MostTokens} registers");
        if (head.Settings.Int("channels_out") != read.LatentChannels || PatchSize(head.Settings) != read.Patch)
            throw head.Settings.Wrong("channels_out", $"{read.LatentChannels} channels in patches of {read.Patch}, as the decoder reads");
        SameWidth(transformer.Width, codes, registerPositions, dropout, patches, patchPositions, time, head);
        Head(head.Settings);
        Checked(read.Validate);
        return read;
    }

    private static FlexTransformerConfig Transformer(ModelConfig settings)
    {
        // What is not read here must have no effect on the numbers.
        string[] known =
        [
            "_target_", "input_seq_read_key", "output_seq_write_key", "dim", "depth", "head_dim", "mlp_ratio", "qkv_bias", "proj_bias", "mlp_bias", "gated_mlp", "qk_norm",
            "block_mask_read_key", "adaLN_emb_read_key", "adaLN_packing_fn_read_key", "adaLN_expansion", "use_act_checkpoint", "weight_init_style",
            "zero_init_query_proj", "intermediate_layers", "intermediate_layer_write_key", "drop", "drop_path_rate",
        ];
        foreach ((string name, JsonNode? value) in settings.Root)
            if (value is not null && !known.Contains(name))
                throw settings.Wrong(name, "a setting of FlexTransformer that is known here");
        return new FlexTransformerConfig
        {
            Width = settings.Int("dim", 768, least: 4, most: MostWidth),
            Depth = settings.Int("depth", 12, least: 1, most: MostDepth),
            HeadWidth = settings.Int("head_dim", 64, least: 1, most: MostWidth),
            MlpRatio = settings.Number("mlp_ratio", 4),
            Gated = settings.Flag("gated_mlp", true),
            NormalizeQueries = settings.Flag("qk_norm", true),
            QueryBias = settings.Flag("qkv_bias", false),
            OutputBias = settings.Flag("proj_bias", false),
            MlpBias = settings.Flag("mlp_bias", false),
            ModulationStreams = settings.Has("adaLN_emb_read_key") ? settings.Int("adaLN_expansion", 1, least: 1, most: 2) : 0,
        };
    }

    private static RegisterMask Mask(ModelConfig settings) => settings.Text("mask_mode") switch
    {
        "causal_last" => RegisterMask.CausalLast,
        "full" => RegisterMask.Full,
        "causal" => RegisterMask.Causal,
        _ => throw settings.Wrong("mask_mode", "\"causal_last\", \"full\" or \"causal\""),
    };

    private static NestedDropoutMode Dropout(ModelConfig settings) => settings.Text("size_sampling_mode", "uniform") switch
    {
        "uniform" => NestedDropoutMode.Uniform,
        "pow2" => NestedDropoutMode.PowersOfTwo,
        "uniform_pow2" => NestedDropoutMode.UniformPowersOfTwo,
        _ => throw settings.Wrong("size_sampling_mode", "\"uniform\", \"pow2\" or \"uniform_pow2\""),
    };

    private static int PatchSize(ModelConfig settings)
    {
        IReadOnlyList<int> sizes = settings.Ints("patch_sizes", least: 1);
        return sizes.Count == 2 && sizes[0] == sizes[1] && sizes[0] <= MostGrid ? sizes[0] : throw settings.Wrong("patch_sizes", "two equal sizes");
    }

    private static IReadOnlyList<int> Grid(ModelConfig settings)
    {
        if (settings.Text("posemb_type", "sincos") != "sincos")
            throw settings.Wrong("posemb_type", "\"sincos\" for patches");
        if (settings.Text("posemb_scaling", "absolute") != "absolute")
            throw settings.Wrong("posemb_scaling", "\"absolute\"");
        IReadOnlyList<int> sizes = settings.Ints("max_sizes", least: 1);
        return sizes.Count == 2 && sizes.All(size => size <= MostGrid) ? sizes : throw settings.Wrong("max_sizes", $"two sizes of at most {MostGrid}");
    }

    private static void Head(ModelConfig settings)
    {
        if (settings.Flag("use_mup_readout", false))
            throw settings.Wrong("use_mup_readout", "false (no published tokenizer has such a head)");
    }

    private static void SameWidth(int width, params ReadOnlySpan<FlexTokModule> modules)
    {
        foreach (FlexTokModule module in modules)
            if (module.Settings.Int("dim") != width)
                throw module.Settings.Wrong("dim", $"{width}, the width of the trunk");
    }

    private static void Checked(Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"config: {e.Message}", e);
        }
    }
}
