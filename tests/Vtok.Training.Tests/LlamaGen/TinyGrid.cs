using TorchSharp;
using Vtok.Models.Weights;
using Vtok.Training.Collectives;
using Vtok.Training.Data;
using Vtok.Training.LlamaGen;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.LlamaGen;

/// <summary>Training of a grid tokenizer as small as it goes, on ramps of colour.</summary>
internal static class TinyGrid
{
    public const int Side = 16;

    /// <summary>A recipe with that quantizer, without discriminator and perceptual distance.</summary>
    public static Recipe Tiny(string kind, string learning, bool normalize, params string[] overrides)
    {
        string quantizer = kind switch
        {
            "fsq" => """{ "kind": "fsq", "levels": [5, 5, 5] }""",
            "lfq" or "bsq" => $$"""{ "kind": "{{kind}}", "bits": 7, "entropy": 0.01 }""",
            _ => $$"""{ "kind": "{{kind}}", "learning": "{{learning}}", "codes": 32, "dimension": 4, "normalize": {{(normalize ? "true" : "false")}} }""",
        };
        return Recipe.Parse($$"""
            {
              "name": "grid", "task": "llamagen-tokenizer", "seed": 4, "steps": 10, "batch": 4, "average": 0.9,
              "optimizer": { "lr": 4e-3 }, "schedule": { "shape": "cosine", "warmup": 3, "floor": 0.1 }, "every": { "log": 5, "validate": 0, "save": 0, "sheet": 0 },
              "settings": {
                "side": {{Side}}, "network": { "channels": 8, "encoderMultipliers": [1, 1, 2], "blocks": 1, "groups": 4, "latentChannels": 8, "attention": false },
                "quantizer": {{quantizer}}, "losses": { "perceptual": "none" }, "discriminator": { "kind": "none" } }
            }
            """, overrides);
    }

    /// <summary>The task of a recipe.</summary>
    public static LlamaGenTask Create(Recipe recipe, Func<long, TrainingBatch>? data = null, PictureDistance? distance = null)
    {
        var settings = (LlamaGenSettings)recipe.Settings;
        return new LlamaGenTask(recipe, settings, LlamaGenStart.Network(recipe, settings, CPU), distance, LlamaGenStart.Adversary(recipe, settings, CPU),
            data ?? Pictures(recipe), new HeldOutPictures(Held(), null, CPU), SingleProcess.Instance, CPU);
    }

    /// <summary>The batches of a recipe.</summary>
    public static Func<long, TrainingBatch> Pictures(Recipe recipe) => step =>
        new TrainingBatch(step, recipe.Batch, new Dictionary<string, Tensor> { ["pictures"] = Ramps((ulong)step + 10, recipe.Batch) });

    /// <summary>Two held-out pictures.</summary>
    public static Tensor Held() => Ramps(1, 2);

    /// <summary>Ramps of random colours and directions, uint8 [N, 3, S, S] in no dispose scope.</summary>
    private static Tensor Ramps(ulong seed, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        Tensor slopes = rand([count, 3, 2], generator: generator) - 0.5, levels = rand([count, 3, 1, 1], generator: generator);
        Tensor at = linspace(-0.5, 0.5, Side);
        Tensor ramp = slopes[.., .., 0].view(count, 3, 1, 1) * at.view(1, 1, 1, Side) + slopes[.., .., 1].view(count, 3, 1, 1) * at.view(1, 1, Side, 1);
        return ((levels + ramp).clamp(0, 1) * 255).to(ScalarType.Byte).DetachFromDisposeScope();
    }

    /// <summary>All that the newest checkpoint of a run holds.</summary>
    public static byte[] Newest(TrainingRun run)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Directory.GetFiles(Path.Combine(run.Folder, "checkpoints")).Order(StringComparer.Ordinal).Last());
        using DisposeScope scope = NewDisposeScope();
        return [.. file.Entries.Keys.Order(StringComparer.Ordinal).SelectMany(name => file[name].contiguous().bytes.ToArray())];
    }
}
