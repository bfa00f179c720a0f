using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok trim`: makes shorter files of longer ones, without the networks.</summary>
internal static class TrimCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<int?> tokens = Options.Tokens(), target = Options.TargetBytes();
        Option<string?> output = Options.Output("The shorter file"), model = Options.Model("Model that made the files (default: found by the key in each file).");
        output.Required = true;
        output.Description = "The shorter file; an existing folder for several inputs; - for standard output.";
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        Option<long> maxBytes = Options.MaxBytes();
        var command = new Command("trim", "Cut token files to fewer tokens: the same bytes that encode --tokens would have written.")
        {
            inputs, output, tokens, target, model, force, json, quiet, maxBytes,
        };
        command.SetAction(parsed =>
        {
            int? count = parsed.GetValue(tokens), bytes = parsed.GetValue(target);
            if (count is null == bytes is null)
                throw new UsageException("trim wants either --tokens or --target-bytes");
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), parsed.GetValue(quiet));
            var outputs = new OutputWriter(console, run.Inputs, parsed.GetValue(output), ".vtok", parsed.GetValue(force), parsed.GetValue(json));
            var models = new FileModels(console.Models(), parsed.GetValue(model));
            return run.Each(input =>
            {
                VtokFile file = models.Read(input.Read(console, parsed.GetValue(maxBytes)), out ModelEntry entry);
                VtokFile shorter = count is int n ? VtokTrimmer.Trim(file, entry.Info, n) : SizeTarget.Fit(file, entry.Info, bytes!.Value);
                byte[] trimmed = VtokWriter.Write(shorter, entry.Info);
                string path = outputs.Write(input, trimmed);
                run.Say($"{input.Name} -> {path}: {trimmed.Length} bytes, {shorter.Count} tokens");
                run.CheckTarget(input, trimmed.Length, bytes);
                return new JsonObject { ["output"] = path, ["bytes"] = trimmed.Length, ["tokens"] = shorter.Count };
            });
        });
        return command;
    }
}
