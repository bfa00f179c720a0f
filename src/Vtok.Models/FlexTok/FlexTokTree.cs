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
            Times = ReadTimes(config),
        };
        if (config.Has("pipeline.out_channels") && config.Int("pipeline.out_channels") != read.Autoencoder.LatentChannels)
            throw config.Wrong("pipeline.out_channels", $"{read.Autoencoder.LatentChannels}, the latent channels of the VAE");
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads how training draws times.</summary>
    public static FlowTimeOptions ReadTimes(ModelConfig config) => new()
    {
        LogNormal = config.Flag("flow_matching_noise_module.ln", true),
        Stratified = config.Flag("flow_matching_noise_module.stratisfied", false),
        ModeScale = config.Number("flow_matching_noise_module.mode_scale", 0),
    };

    /// <summary>Reads the VAE of a tree.</summary>
    public static AutoencoderKlConfig ReadAutoencoder(ModelConfig config)
    {
        int channels = config.Int("vae.latent_channels", 16, least: 1, most: FlexTokSettings.MostWidth);
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
            BlocksPerLevel = config.Int("layers_per_block", published.BlocksPerLevel, least: 1, most: FlexTokSettings.MostDepth),
            LatentChannels = config.Int("latent_channels", published.LatentChannels, least: 1, most: FlexTokSettings.MostWidth),
            PictureChannels = config.Int("in_channels", published.PictureChannels, least: 1, most: FlexTokSettings.MostWidth),
            NormGroups = config.Int("norm_num_groups", published.NormGroups, least: 1, most: FlexTokSettings.MostWidth),
            ScalingFactor = config.Number("scaling_factor", 0) is not 0 and var scale ? scale : published.ScalingFactor,
        };
        if (read.Widths.Any(width => width > FlexTokSettings.MostWidth))
            throw config.Wrong("block_out_channels", $"widths of at most {FlexTokSettings.MostWidth}");
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads the encoder's part of a tree.</summary>
    public static FlexTokEncoderConfig ReadEncoder(ModelConfig part)
    {
        var modules = new FlexTokModules(part);
        FlexTokModule patches = modules.Only("PatchEmbedder"), positions = modules.Only("PositionalEmbeddingAdder");
        FlexTokModule trunk = modules.Only("FlexTransformer", "FlexTransformerDecoder"), head = modules.Only("LinearHead", "MLPHead");
        // Without registers the head reads the patches, each of which is a token.
        FlexTokModule? registers = head.Settings.Text("read_key") == positions.Settings.Text("write_key") ? null : modules.Only("Registers1D");
        string patchKey = positions.Settings.Text("write_key");
        FlexTokModule packer = modules.Packer(trunk, reads: registers?.Settings.Text("registers_write_key") ?? patchKey, context: patchKey);
        if (registers is null)
            FlexTokModules.RequireKeys(packer, "input_list_read_keys", patchKey);
        FlexTokModules.InOrder(patches, positions, registers, packer, trunk, head);
        modules.RefuseOthers();
        var read = new FlexTokEncoderConfig
        {
            LatentChannels = patches.Settings.Int("channels_in", least: 1, most: FlexTokSettings.MostWidth),
            Patch = FlexTokSettings.PatchSize(patches.Settings),
            Grid = FlexTokSettings.Grid(positions.Settings),
            Positions = FlexTokSettings.Positions(positions.Settings),
            Registers = registers?.Settings.Int("n_max", least: 1, most: FlexTokSettings.MostTokens) ?? 0,
            PooledRegisters = registers is not null && FlexTokSettings.IsPooled(registers.Settings),
            Mask = FlexTokSettings.Mask(packer.Settings),
            Transformer = FlexTokSettings.Trunk(trunk),
            Head = FlexTokSettings.Head(head),
            CodeDimension = head.Settings.Int("dim_out", least: 1, most: FlexTokSettings.MostWidth),
            Names = new FlexTokEncoderNames(patches.Name, positions.Name, registers?.Name ?? new FlexTokEncoderNames().Registers, trunk.Name, head.Name),
        };
        if (head.Settings.Has("adaLN_emb_read_key"))
            throw head.Settings.Wrong("adaLN_emb_read_key", "nothing: the encoder knows no time");
        SameWidth(read.Transformer.Width, patches, positions, registers, head);
        Checked(read.Validate);
        return read;
    }

    /// <summary>Reads the decoder's part of a tree.</summary>
    public static FlexTokDecoderConfig ReadDecoder(ModelConfig part)
    {
        var modules = new FlexTokModules(part);
        FlexTokModule codes = modules.Only("LinearLayer"), empty = modules.Only("LearnedNullCond", "ZeroNullCond");
        // Without registers every patch has a token, which is added to it.
        FlexTokModule? sum = modules.Has("PerSampleReducer") ? modules.Only("PerSampleReducer") : null, dropout = sum is null ? modules.Only("MaskedNestedDropout") : null;
        FlexTokModule? registerPositions = sum is not null ? null
            : modules.OnlyWhere("PositionalEmbeddingAdder", settings => settings.Ints("max_sizes").Count == 1, "with one size (of the registers)");
        FlexTokModule patchPositions = modules.OnlyWhere("PositionalEmbeddingAdder", settings => settings.Ints("max_sizes").Count == 2, "with two sizes (of the patches)");
        FlexTokModule patches = modules.Only("PatchEmbedder"), time = modules.Only("TimestepEmbedder");
        FlexTokModule trunk = modules.Only("FlexTransformer", "FlexTransformerDecoder"), head = modules.Only("ToPatchesLinearHead");
        string patchKey = patchPositions.Settings.Text("write_key"), tokenKey = empty.Settings.Text("read_write_key");
        FlexTokModule packer = modules.Packer(trunk, reads: patchKey, context: tokenKey);
        FlexTokModules.InOrder(codes, registerPositions, dropout, empty, sum, packer, trunk, head);
        FlexTokModules.InOrder(patches, patchPositions, sum, packer);
        if (sum is not null)
        {
            FlexTokSettings.CheckSum(sum.Settings);
            FlexTokModules.RequireKeys(sum, "read_keys", patchKey, tokenKey);
            FlexTokModules.RequireKeys(packer, "input_list_read_keys", sum.Settings.Text("write_key"));
        }
        modules.RefuseOthers("MLPHead"); // projects features for a training loss (REPA)
        if (FlexTokSettings.Mask(packer.Settings) != RegisterMask.Full)
            throw packer.Settings.Wrong("mask_mode", "\"full\" in the decoder");
        if (empty.Settings.Flag("replace_with_single_token", false))
            throw empty.Settings.Wrong("replace_with_single_token", "false");
        FlexTransformerConfig transformer = FlexTokSettings.Trunk(trunk);
        FlexTokDecoderNames published = new();
        bool streams = packer.Settings.Flag("per_subseq_embs", false);
        if (streams != (transformer.ModulationStreams == 2) && !transformer.CrossAttention && sum is null) // a sequence of patches alone has one stream either way
            throw packer.Settings.Wrong("per_subseq_embs", $"{(streams ? "false" : "true")} beside adaLN_expansion {transformer.ModulationStreams}");
        var read = new FlexTokDecoderConfig
        {
            LatentChannels = patches.Settings.Int("channels_in", least: 1, most: FlexTokSettings.MostWidth),
            Patch = FlexTokSettings.PatchSize(patches.Settings),
            Grid = FlexTokSettings.Grid(patchPositions.Settings),
            Positions = FlexTokSettings.Positions(patchPositions.Settings),
            Registers = registerPositions is null ? 0 : FlexTokSettings.RegistersOf(registerPositions.Settings),
            Transformer = transformer,
            Head = FlexTokSettings.Head(head),
            CodeDimension = codes.Settings.Int("dim_in", least: 1, most: FlexTokSettings.MostWidth),
            TimeFeatures = time.Settings.Int("frequency_embedding_size", 256, least: 2, most: FlexTokSettings.MostWidth),
            MaxTime = time.Settings.Number("max_timestep", 1000),
            Dropout = dropout is null ? default : FlexTokSettings.Dropout(dropout.Settings),
            NullProbability = empty.Settings.Number("dropout_prob", 0),
            ZeroNull = empty.Class == "ZeroNullCond",
            Names = new FlexTokDecoderNames(codes.Name, registerPositions?.Name ?? published.RegisterPositions, dropout?.Name ?? published.Dropout, empty.Name, patches.Name, patchPositions.Name, time.Name, trunk.Name, head.Name),
        };
        if (head.Settings.Int("channels_out") != read.LatentChannels || FlexTokSettings.PatchSize(head.Settings) != read.Patch)
            throw head.Settings.Wrong("channels_out", $"{read.LatentChannels} channels in patches of {read.Patch}, as the decoder reads");
        if (!head.Settings.Has("adaLN_emb_read_key"))
            throw head.Settings.Wrong("adaLN_emb_read_key", "the key of the time embedding");
        SameWidth(transformer.Width, codes, registerPositions, dropout, patches, patchPositions, time, head);
        Checked(read.Validate);
        return read;
    }

    private static void SameWidth(int width, params FlexTokModule?[] modules)
    {
        foreach (FlexTokModule module in modules.OfType<FlexTokModule>())
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
