using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok features`: ids of a file as the features that other models read.</summary>
internal static class FeaturesCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<string?> output = Options.Output("The array (.npy, float32)"), model = Options.Model("Model that made the files (default: found by the key in each file).");
        Option<string?> kind = new("--kind") { HelpName = "KIND", Description = "Which reading, such as semantic or pixel (default: the model's first)." };
        Option<string> device = Options.Device();
        Option<int?> threads = Options.Threads();
        Option<long> maxBytes = Options.MaxBytes();
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        var command = new Command("features", "Write the features of token files, for models that read tokens as features.")
        {
            inputs, output, model, kind, device, threads, maxBytes, force, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), parsed.GetValue(quiet));
            var outputs = new OutputWriter(console, run.Inputs, parsed.GetValue(output), ".npy", parsed.GetValue(force), run.Json);
            ModelStore store = console.Models(parsed.GetValue(threads));
            using var sessions = new ModelSessions(entry => new ModelSession(store, entry, parsed.GetValue(device)!, 1, long.MaxValue));
            var models = new FileModels(store, parsed.GetValue(model));
            return run.Each(input =>
            {
                outputs.CheckFree(input);
                VtokFile file = models.Read(input.Read(console, parsed.GetValue(maxBytes)), out ModelEntry entry);
                FeatureArray features = Read(sessions.Of(entry).Tokenizer, file, parsed.GetValue(kind));
                string shape = string.Join('x', features.Shape), path = outputs.Write(input, features.ToNpy());
                run.Say($"{input.Name} -> {path}: {shape}");
                return new JsonObject { ["output"] = path, ["shape"] = shape, ["model"] = entry.Name };
            });
        });
        return command;
    }

    private static FeatureArray Read(ImageTokenizer tokenizer, VtokFile file, string? kind) => kind is null || tokenizer.FeatureKinds.Count == 0 || tokenizer.FeatureKinds.Contains(kind)
        ? tokenizer.Features(file, kind) : throw new UsageException($"--kind {kind}: {tokenizer.Info.Name} has {string.Join(", ", tokenizer.FeatureKinds)}");
}
