using System.Text.Json;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;

namespace Vtok.Models.Lavit;

/// <summary>A config in the names of the published code's arguments as <see cref="LavitConfig"/>. The authors publish none: it is read off the shapes then.</summary>
internal static class PublishedConfig
{
    private const int HeadWidth = 88; // of the published tower, merger and decoders
    private const int MostSide = 1 << 14, MostWidth = 1 << 15, MostLayers = 1000;

    public static bool Recognizes(ModelConfig config) => config.Has("n_code") && config.Has("code_dim");

    /// <summary>Reads a config; what is absent is as published.</summary>
    /// <param name="config">The whole file.</param>
    /// <param name="entries">The checkpoint's tensors, which decide whether the language model's projection is there; null when only the config is known.</param>
    /// <exception cref="CheckpointException">Something is out of range or contradicts.</exception>
    public static LavitConfig Read(ModelConfig config, IReadOnlyDictionary<string, TensorEntry>? entries = null)
    {
        LavitConfig published = new();
        ModelConfig tower = config.Has("vit") ? config.Section("vit") : ModelConfig.FromJson("{}"u8);
        foreach (string option in new[] { "postnorm", "subln", "naiveswiglu", "rope" })
            if (tower.Flag(option, false))
                throw tower.Wrong(option, "false (no published tower has it)");
        int width = config.Int("width", published.Width, least: 1, most: MostWidth);
        EvaVitConfig vit = new()
        {
            ImageSize = Either(tower, "img_size", "image_size", config.Int("img_size", published.Tower.ImageSize, 1, MostSide), MostSide),
            PatchSize = tower.Int("patch_size", config.Int("patch_size", published.Tower.PatchSize, 1, MostSide), 1, MostSide),
            Width = Either(tower, "embed_dim", "width", width, MostWidth),
            Depth = Either(tower, "depth", "layers", published.Tower.Depth, MostLayers),
            Heads = Either(tower, "num_heads", "heads", published.Tower.Heads, MostWidth),
            MlpRatio = tower.Number("mlp_ratio", published.Tower.MlpRatio),
            QueryValueBias = tower.Flag("qkv_bias", true),
            NormEpsilon = tower.Number("norm_eps", published.Tower.NormEpsilon),
            HeadOutputs = tower.Int("num_classes", published.Tower.HeadOutputs, 1, MostWidth),
        };
        if (vit.Width != width)
            throw config.Wrong("width", $"{vit.Width}, the tower's");
        LavitConfig read = new()
        {
            Tower = vit,
            MergerDepth = config.Int("layers", published.MergerDepth, 1, MostLayers),
            Heads = config.Int("heads", published.Heads, 1, MostWidth),
            MlpRatio = config.Number("mlp_ratio", published.MlpRatio),
            Codes = config.Int("n_code", published.Codes, 2),
            CodeDimension = config.Int("code_dim", published.CodeDimension, 1),
            LanguageWidth = entries is null || entries.ContainsKey("vit_proj.weight") ? config.Int("llm_embed_dim", published.LanguageWidth, 1) : null,
            LanguageIds = new LanguageIds
            {
                Offset = config.Int("id_offset", published.LanguageIds.Offset, most: 1 << 30),
                Start = config.Int("image_start", published.LanguageIds.Start),
                End = config.Int("image_end", published.LanguageIds.End),
            },
        };
        try
        {
            read.Validate();
            return read;
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{LavitConfig.Family}: {e.Message}", e);
        }
    }

    /// <summary>The config of a checkpoint without one, or null when it is no LaVIT tokenizer with its tower.</summary>
    public static ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries)
    {
        if (entries.ShapeOf("encoder.pos_embed") is not [1, var tokens, var width] || EvaPositions.SideOf(tokens) is not { } grid || width < 1 || width % HeadWidth != 0
            || entries.ShapeOf("encoder.patch_embed.proj.weight") is not [_, 3, var patch, _] || entries.ShapeOf("quantize.embedding.weight") is not [var codes, var dimension]
            || entries.ShapeOf("causal_encoder.norm.weight") is null)
        {
            return null;
        }
        var config = new Dictionary<string, object>
        {
            ["vit"] = new Dictionary<string, object>
            {
                ["img_size"] = grid * patch, ["patch_size"] = patch, ["embed_dim"] = width, ["num_heads"] = width / HeadWidth,
                ["depth"] = Count("encoder.blocks.", ".norm1.weight"), ["mlp_ratio"] = Ratio("encoder.blocks.0.mlp.fc1.weight"), ["num_classes"] = entries.SizeOf("encoder.head.weight", axis: 0, axes: 2) ?? 1024,
            },
            ["width"] = width, ["heads"] = width / HeadWidth, ["layers"] = Count("causal_encoder.blocks.", ".norm0.weight"),
            ["mlp_ratio"] = Ratio("causal_encoder.blocks.0.mlp.fc1.weight"), ["n_code"] = codes, ["code_dim"] = dimension,
            ["llm_embed_dim"] = entries.SizeOf("vit_proj.weight", axis: 0, axes: 2) ?? 4096,
        };
        return ModelConfig.FromJson(JsonSerializer.SerializeToUtf8Bytes(config));

        int Count(string before, string after) => Math.Max(1, entries.CountOf(before, after));

        // The middle of the ratios that round down to the hidden width.
        double Ratio(string name) => entries.ShapeOf(name) is [var hidden, _] ? (hidden + 0.5) / width : new LavitConfig().MlpRatio;
    }

    private static int Either(ModelConfig config, string name, string other, int otherwise, int most) =>
        config.Int(config.Has(name) ? name : other, otherwise, 1, most);
}
