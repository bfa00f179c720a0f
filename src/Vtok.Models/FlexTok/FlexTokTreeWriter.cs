using System.Text.Json.Nodes;
using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary><see cref="FlexTokConfig"/> as the tree that the authors' code takes.</summary>
internal static class FlexTokTreeWriter
{
    private const string Ops = "model.utils.dict_ops.", Pre = "model.preprocessors.", Post = "model.postprocessors.";

    /// <summary>Writes a tree; <see cref="FlexTokTree.Read"/> reads it back.</summary>
    public static ModelConfig Write(FlexTokConfig config)
    {
        var tree = new JsonObject
        {
            [FlexTokTargets.Member] = "flextok.flextok_wrapper.FlexTok",
            ["vae"] = Node("vae_wrapper.StableDiffusionVAE", new()
            {
                ["images_read_key"] = "rgb", ["vae_latents_read_key"] = "vae_latents_reconst", ["vae_latents_write_key"] = "vae_latents",
                ["images_reconst_write_key"] = "rgb_reconst", ["latent_channels"] = config.Autoencoder.LatentChannels,
                ["scaling_factor"] = config.Autoencoder.ScalingFactor, ["dtype_override"] = "fp32", ["sample_posterior"] = config.SamplePosterior,
                ["force_vae_encode"] = false, ["frozen"] = true,
            }),
            ["encoder"] = Encoder(config.Encoder),
            ["decoder"] = Decoder(config.Decoder),
            ["regularizer"] = Node("regularizers.quantize_fsq.FSQ", new()
            {
                ["latents_read_key"] = "enc_registers", ["quants_write_key"] = "enc_registers_quant", ["tokens_write_key"] = "tokens",
                ["levels"] = Sizes(config.Levels), ["drop_quant_p"] = 0.0, ["packed_call"] = false,
            }),
            ["flow_matching_noise_module"] = Node("flow_matching.noise_modules.MinRFNoiseModule", new()
            {
                ["clean_images_read_key"] = "vae_latents", ["noised_images_write_key"] = "vae_latents_noised", ["noise_write_key"] = "flow_noise",
                ["timesteps_write_key"] = "timesteps", ["sigmas_write_key"] = "sigmas", ["ln"] = config.Times.LogNormal,
                ["stratisfied"] = config.Times.Stratified, ["mode_scale"] = config.Times.ModeScale,
            }),
            ["pipeline"] = Node("flow_matching.pipelines.MinRFPipeline", new()
            {
                ["_partial_"] = true, ["target_sizes_read_key"] = null, ["latents_read_key"] = "enc_registers_quant", ["timesteps_read_key"] = "timesteps",
                ["noised_images_read_key"] = "vae_latents_noised", ["reconst_write_key"] = "vae_latents_reconst", ["out_channels"] = config.Autoencoder.LatentChannels,
            }),
        };
        if (!config.Autoencoder.Widths.SequenceEqual(new AutoencoderKlConfig { LatentChannels = 1 }.Widths))
            tree["_autoencoder_kl"] = Autoencoder(config.Autoencoder);
        return ModelConfig.FromTree(tree, "config.json");
    }

    private static JsonObject Autoencoder(AutoencoderKlConfig config) => new()
    {
        ["block_out_channels"] = Sizes(config.Widths), ["layers_per_block"] = config.BlocksPerLevel, ["latent_channels"] = config.LatentChannels,
        ["in_channels"] = config.PictureChannels, ["norm_num_groups"] = config.NormGroups, ["act_fn"] = "silu",
    };

    private static JsonObject Encoder(FlexTokEncoderConfig config)
    {
        int width = config.Transformer.Width;
        FlexTokEncoderNames names = config.Names;
        JsonObject modules = new()
        {
            ["enc_channels_to_last"] = Operation("vae_latents", "vae_latents_bhwc", "channels_first_to_last"),
            [names.Patches] = Patches("vae_latents_bhwc", "enc_vae_latents_patched", "enc_n_patches", config.LatentChannels, width, config.Patch),
            [names.Positions] = Positions("enc_vae_latents_patched", "enc_vae_latents_patched", width, config.Grid, Type(config.Positions.Kind), config.Positions.Interpolated),
        };
        if (config.Registers > 0)
        {
            modules[names.Registers] = Node(Pre + "registers.Registers1D", new()
            {
                ["input_tensor_list_read_key"] = "enc_vae_latents_patched", ["register_sizes_read_write_key"] = "register_sizes", ["registers_write_key"] = "enc_registers",
                ["dim"] = width, ["n_min"] = config.Registers, ["n_max"] = config.Registers, ["size_sampling_mode"] = "uniform",
                ["ordering_mode"] = config.PooledRegisters ? "avg_pool" : "nested",
            });
        }
        AddTrunk(modules, config.Transformer, "enc", names.Transformer, "enc_vae_latents_patched", config.Registers > 0 ? "enc_registers" : null, TokenKind.Registers, config.Mask);
        modules[names.Head] = Head(config.Head, config.Head.Layers > 1 ? "MLPHead" : "LinearHead", new()
        {
            ["read_key"] = config.Registers > 0 ? "enc_registers" : "enc_vae_latents_patched", ["write_key"] = "enc_registers", ["dim"] = width, ["dim_out"] = config.CodeDimension,
        });
        return Sequence(modules);
    }

    private static JsonObject Decoder(FlexTokDecoderConfig config)
    {
        int width = config.Transformer.Width;
        FlexTokDecoderNames names = config.Names;
        JsonObject modules = new()
        {
            [names.Codes] = Node(Pre + "linear.LinearLayer", new()
            {
                ["read_key"] = "enc_registers_quant", ["write_key"] = "dec_registers_proj", ["dim_in"] = config.CodeDimension, ["dim"] = width,
            }),
        };
        if (config.Registers > 0)
        {
            modules[names.RegisterPositions] = Positions("dec_registers_proj", "dec_registers_proj", width, [config.Registers], "learnable_sum");
            modules[names.Dropout] = Node(Pre + "token_dropout.MaskedNestedDropout", new()
            {
                ["read_write_key"] = "dec_registers_proj", ["dim"] = width,
                ["size_sampling_mode"] = config.Dropout switch { NestedDropoutMode.Uniform => "uniform", NestedDropoutMode.PowersOfTwo => "pow2", _ => "uniform_pow2" },
            });
        }
        modules[names.Null] = Node(Pre + (config.ZeroNull ? "nullcond.ZeroNullCond" : "nullcond.LearnedNullCond"), new()
        {
            ["read_write_key"] = "dec_registers_proj", ["dim"] = width, ["dropout_prob"] = config.NullProbability,
        });
        modules["dec_noise_channels_to_last"] = Operation("vae_latents_noised", "vae_latents_noised_bhwc", "channels_first_to_last");
        modules[names.Patches] = Patches("vae_latents_noised_bhwc", "vae_latents_noised_patched", "dec_n_patches", config.LatentChannels, width, config.Patch);
        modules[names.PatchPositions] = Positions("vae_latents_noised_patched", "dec_patches", width, config.Grid, Type(config.Positions.Kind), config.Positions.Interpolated);
        if (config.Registers == 0)
            modules["dec_sum"] = Node(Ops + "PerSampleReducer", new()
            {
                ["read_keys"] = Keys(["dec_patches", "dec_registers_proj"]), ["write_key"] = "dec_patches", ["per_sample_op"] = Node(Ops + "sum_tensors", new() { ["_partial_"] = true }),
            });
        modules[names.Time] = Node(Pre + "time_embedding.TimestepEmbedder", new()
        {
            ["timesteps_read_key"] = "timesteps", ["time_embedding_write_key"] = "dec_temb", ["dim"] = width,
            ["frequency_embedding_size"] = config.TimeFeatures, ["max_timestep"] = config.MaxTime,
        });
        AddTrunk(modules, config.Transformer, "dec", names.Transformer, "dec_patches", config.Registers > 0 ? "dec_registers_proj" : null, TokenKind.Patches, RegisterMask.Full);
        modules[names.Head] = Head(config.Head, "ToPatchesLinearHead", new()
        {
            ["read_key"] = "dec_patches", ["write_key"] = "dec_patches", ["dim"] = width, ["channels_out"] = config.LatentChannels,
            ["patch_sizes"] = Sizes([config.Patch, config.Patch]), ["adaLN_emb_read_key"] = "dec_temb", ["adaLN_bias"] = config.Head.ModulationBias,
        });
        modules["dec_channels_to_first"] = Operation("dec_patches", "vae_latents_reconst", "channels_last_to_first");
        return Sequence(modules);
    }

    // Packers, trunk and unpacker: one sequence of both kinds or of patches alone, or one of the wanted kind and its context.
    private static void AddTrunk(JsonObject modules, FlexTransformerConfig config, string side, string name, string patches, string? registers, TokenKind wanted, RegisterMask mask)
    {
        bool? streams = config.ModulationStreams == 0 ? null : config.ModulationStreams == 2;
        string[] packed = registers is null ? [patches] : !config.CrossAttention ? [patches, registers] : wanted == TokenKind.Patches ? [patches] : [registers];
        modules[$"{side}_seq_packer"] = Packer(side, packed, mask, streams);
        if (config.CrossAttention)
            modules[$"{side}_context_packer"] = Packer($"{side}_context", [wanted == TokenKind.Patches ? registers! : patches], RegisterMask.Full, null);
        modules[name] = Trunk(config, side);
        modules[$"{side}_unpacker"] = Unpacker(side, packed);
    }

    private static JsonObject Head(FlexHeadConfig config, string type, JsonObject settings)
    {
        settings["use_mup_readout"] = config.BaseWidth is not null;
        if (config.BaseWidth is { } known)
            settings[FlexHeadConfig.BaseWidthMember] = known;
        settings[type == "MLPHead" ? "bias" : "proj_bias"] = config.Bias;
        if (type == "MLPHead")
            (settings["num_layers"], settings["dim_hidden_ratio"]) = (config.Layers, config.HiddenRatio);
        else
            settings["weight_init_style"] = "zero";
        settings["dtype_override"] = null;
        AddNorm(settings, config.Norm);
        return Node(Post + "heads." + type, settings);
    }

    private static void AddNorm(JsonObject settings, TokenNormKind norm)
    {
        if (norm != TokenNormKind.Plain) // the default of every class
            settings["norm_layer"] = norm == TokenNormKind.None ? null : Node("model.layers.norm.Fp32LayerNorm", new()
            {
                ["_partial_"] = true, ["bias"] = norm == TokenNormKind.Affine, ["elementwise_affine"] = true,
            });
    }

    private static JsonObject Trunk(FlexTransformerConfig config, string side)
    {
        JsonObject settings = new()
        {
            ["input_seq_read_key"] = $"{side}_packed_seq", ["output_seq_write_key"] = $"{side}_packed_seq", ["dim"] = config.Width, ["depth"] = config.Depth,
            ["use_act_checkpoint"] = true, ["head_dim"] = config.HeadWidth, ["mlp_ratio"] = config.MlpRatio,
            ["gated_mlp"] = config.Gated, ["qk_norm"] = config.NormalizeQueries, ["qkv_bias"] = config.QueryBias, ["proj_bias"] = config.OutputBias, ["mlp_bias"] = config.MlpBias,
            [config.CrossAttention ? "sa_block_mask_read_key" : "block_mask_read_key"] = $"{side}_block_mask",
        };
        if (config.CrossAttention)
            settings["context_seq_read_key"] = $"{side}_context_packed_seq";
        AddNorm(settings, config.Norm);
        if (config.ModulationStreams > 0)
        {
            settings["adaLN_emb_read_key"] = $"{side}_temb";
            settings["adaLN_packing_fn_read_key"] = "emb_packing_fn";
            settings["adaLN_expansion"] = config.ModulationStreams;
        }
        return Node("model.trunks.transformers." + (config.CrossAttention ? "FlexTransformerDecoder" : "FlexTransformer"), settings);
    }

    private static JsonObject Packer(string side, string[] reads, RegisterMask mask, bool? streams)
    {
        JsonObject settings = new()
        {
            ["input_list_read_keys"] = Keys(reads), ["packed_seq_write_key"] = $"{side}_packed_seq", ["block_mask_write_key"] = $"{side}_block_mask",
            ["inner_packed_shapes_write_key"] = $"{side}_ps_inner", ["outer_packed_shapes_write_key"] = $"{side}_ps_outer",
            ["mask_mode"] = mask switch { RegisterMask.CausalLast => "causal_last", RegisterMask.Full => "full", _ => "causal" }, ["pad_to_multiple"] = 128,
        };
        if (streams is { } each)
        {
            settings["emb_packing_fn_write_key"] = "emb_packing_fn";
            settings["per_subseq_embs"] = each;
        }
        return Node(Pre + "flex_seq_packing.BlockWiseSequencePacker", settings);
    }

    private static JsonObject Unpacker(string side, string[] writes) => Node(Post + "seq_unpacking.SequenceUnpacker", new()
    {
        ["packed_seq_read_key"] = $"{side}_packed_seq", ["inner_seq_write_keys"] = Keys(writes),
        ["inner_packed_shapes_read_key"] = $"{side}_ps_inner", ["outer_packed_shapes_read_key"] = $"{side}_ps_outer",
    });

    private static JsonObject Patches(string read, string write, string count, int channels, int width, int patch) => Node(Pre + "patching.PatchEmbedder", new()
    {
        ["input_tensor_list_read_key"] = read, ["patches_list_write_key"] = write, ["n_patches_write_key"] = count, ["channels_in"] = channels,
        ["dim"] = width, ["patch_sizes"] = Sizes([patch, patch]), ["flatten_patches"] = false,
    });

    private static JsonObject Positions(string read, string write, int width, IReadOnlyList<int> sizes, string type, bool interpolated = false) => Node("model.utils.posembs.PositionalEmbeddingAdder", new()
    {
        ["read_key"] = read, ["write_key"] = write, ["dim"] = width, ["max_sizes"] = Sizes(sizes), ["posemb_type"] = type, ["posemb_scaling"] = interpolated ? "interpolate" : "absolute",
    });

    private static string Type(PositionKind kind) => kind switch
    {
        PositionKind.SinesAndCosines => "sincos",
        PositionKind.LearnedSum => "learnable_sum",
        _ => "learnable_prod",
    };

    private static JsonObject Operation(string read, string write, string function) => Node(Ops + "PerSampleOp", new()
    {
        ["read_key"] = read, ["write_key"] = write, ["per_sample_op"] = Node(Ops + function, new() { ["_partial_"] = true }),
    });

    private static JsonObject Sequence(JsonObject modules) => Node("model.utils.wrappers.SequentialModuleDictWrapper", new() { ["module_dict"] = modules });

    private static JsonObject Node(string target, JsonObject settings)
    {
        settings.Insert(0, FlexTokTargets.Member, "flextok." + target);
        return settings;
    }

    private static JsonArray Sizes(IReadOnlyList<int> values) => [.. values.Select(value => JsonValue.Create(value))];

    private static JsonArray Keys(string[] values) => [.. values.Select(value => JsonValue.Create(value))];
}
