using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok verify`: reads every byte of a file and decodes no picture.</summary>
internal static class VerifyCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<bool> json = Options.Json(), quiet = Options.Quiet();
        Option<long> maxBytes = Options.MaxBytes();
        Option<string?> model = Options.Model("Model that must have made the files (default: found by the key in each file).");
        var command = new Command("verify", "Check token files whole: form, checksum, model, every id. Decodes nothing.") { inputs, model, json, quiet, maxBytes };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), quiet: true);
            var models = new FileModels(console.Models(), parsed.GetValue(model));
            return run.Each(input =>
            {
                byte[] bytes = input.Read(console, parsed.GetValue(maxBytes));
                VtokFile file = models.Read(bytes, out ModelEntry entry);
                if (!run.Json && !parsed.GetValue(quiet))
                    console.WriteLine(Refusal.Printable($"{input.Name}: ok, {file.Count} tokens of {entry.Name}"));
                return new JsonObject { ["tokens"] = file.Count, ["lanes"] = file.Lanes.Count, ["bytes"] = bytes.Length, ["model"] = entry.Name };
            });
        });
        return command;
    }
}
