using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Models;
using Vtok.Models.Seed;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Cli.Commands;

/// <summary>`vtok features`: ids of a file as the features that other models read.</summary>
internal static class FeaturesCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<string?> output = Options.Output("The array (.npy, float32)"), model = Options.Model("Model that made the files (default: found by the key in each file).");
        Option<string?> kind = new("--kind") { HelpName = "KIND", Description = "Which reading, such as semantic or pixel (default: the model's first)." };
        Option<string?> normalizer = new("--normalizer")
        {
            HelpName = "FILE",
            Description = "Mean and std for --kind unclip: image_normalizer/diffusion_pytorch_model.safetensors of the unCLIP model (see docs/families/seed.md).",
        };
        Option<int?> level = Options.Number("--noise-level", "Noise level of --kind unclip (default: 0, as published).", 0, FeatureOptions.MostNoiseLevel);
        Option<int?> seed = Options.Number("--seed", "Seed of the noise of --kind unclip (default: 0).", 0);
        Option<string> device = Options.Device();
        Option<int?> threads = Options.Threads();
        Option<long> maxBytes = Options.MaxBytes();
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        var command = new Command("features", "Write the features of token files, for models that read tokens as features.")
        {
            inputs, output, model, kind, normalizer, level, seed, device, threads, maxBytes, force, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), parsed.GetValue(quiet));
            var outputs = new OutputWriter(console, run.Inputs, parsed.GetValue(output), ".npy", parsed.GetValue(force), run.Json);
            CheckKind(parsed.GetValue(kind), parsed, normalizer, level, seed);
            using UnclipNormalizer? given = parsed.GetValue(normalizer) is { } path ? Normalizer(path) : null;
            var options = new FeatureOptions { Normalizer = given, NoiseLevel = parsed.GetValue(level) ?? 0, NoiseSeed = (ulong)(parsed.GetValue(seed) ?? 0) };
            ModelStore store = console.Models(parsed.GetValue(threads));
            using var sessions = new ModelSessions(entry => new ModelSession(store, entry, parsed.GetValue(device)!, 1, long.MaxValue));
            var models = new FileModels(store, parsed.GetValue(model));
            return run.Each(input =>
            {
                outputs.CheckFree(input);
                VtokFile file = models.Read(input.Read(console, parsed.GetValue(maxBytes)), out ModelEntry entry);
                FeatureArray features = Read(sessions.Of(entry), file, parsed.GetValue(kind), options);
                string shape = string.Join('x', features.Shape), written = outputs.Write(input, features.ToNpy());
                run.Say($"{input.Name} -> {written}: {shape}");
                return new JsonObject { ["output"] = written, ["shape"] = shape, ["model"] = entry.Name };
            });
        });
        return command;
    }

    private static FeatureArray Read(ModelSession session, VtokFile file, string? kind, FeatureOptions options)
    {
        ImageTokenizer tokenizer = session.Tokenizer;
        return kind is null || tokenizer.FeatureKinds.Count == 0 || tokenizer.FeatureKinds.Contains(kind) ? session.Guard(() => tokenizer.Features(file, kind, options), look: null)
            : throw new UsageException($"--kind {kind}: {tokenizer.Info.Name} has {string.Join(", ", tokenizer.FeatureKinds)}");
    }

    private static UnclipNormalizer Normalizer(string path)
    {
        NativeTorch.Load();
        return GivenFile.Read(path, UnclipNormalizer.Read);
    }

    // What only the labels take is never passed over in silence.
    private static void CheckKind(string? kind, ParseResult parsed, params Option[] ofLabels)
    {
        if (kind != SeedTokenizer.Unclip && Array.Find(ofLabels, option => parsed.GetResult(option) is not null) is { } given)
            throw new UsageException($"{given.Name} is for --kind {SeedTokenizer.Unclip}");
    }
}
