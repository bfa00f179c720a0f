using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok models`: which models can be named.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliConsole console)
    {
        Option<bool> check = new("--check") { Description = "Read all weights and compare them with their digests." };
        Option<bool> json = Options.Json();
        var command = new Command("models", "List the models that are here.") { check, json };
        command.SetAction(parsed =>
        {
            ModelStore store = console.Models();
            var list = new JsonArray();
            int exitCode = ExitCodes.Done;
            foreach (string folder in store.Folders())
            {
                console.Cancellation.ThrowIfCancellationRequested();
                try
                {
                    ModelEntry entry = store.Describe(folder);
                    if (parsed.GetValue(check))
                        store.Check(entry);
                    list.Add(Describe(entry, parsed.GetValue(check)));
                }
                catch (Exception e) when (Refusal.Of(e).ExitCode == ExitCodes.Model)
                {
                    int failure = console.Report(e, folder);
                    exitCode = exitCode == ExitCodes.Done ? failure : exitCode;
                }
            }
            if (parsed.GetValue(json))
                console.WriteLine(new JsonObject { ["roots"] = new JsonArray([.. store.Roots.Select(r => JsonValue.Create(r))]), ["models"] = list }.ToJsonString(FileRun.Indented));
            else if (list.Count > 0)
                console.WriteLine(Table(list));
            else
                console.Say($"vtok: no models in {(store.Roots.Count == 0 ? "any folder" : string.Join(", ", store.Roots))} (VTOK_MODELS lists folders whose subfolders are models)");
            return exitCode;
        });
        return command;
    }

    private static JsonObject Describe(ModelEntry entry, bool isChecked) => new()
    {
        ["name"] = entry.Name,
        ["family"] = entry.Info.Family,
        ["size"] = entry.Info.IsGrid ? $"any, by {entry.Info.Factor}" : $"{entry.Info.NativeWidth}x{entry.Info.NativeHeight}",
        ["tokens"] = TokenLengths.Describe(entry.Info),
        ["order"] = entry.Info.Order.ToString().ToLowerInvariant(),
        ["key"] = entry.Key.ToString("x8", CultureInfo.InvariantCulture),
        ["weights"] = isChecked ? "checked" : "not read",
        ["folder"] = entry.Folder,
    };

    private static string Table(JsonArray models)
    {
        string[] columns = ["name", "family", "size", "tokens", "order", "key", "weights", "folder"];
        List<string[]> rows = [columns, .. models.Select(m => columns.Select(c => Refusal.Printable((string)m![c]!)).ToArray())];
        int[] widths = [.. columns.Select((_, i) => rows.Max(r => r[i].Length))];
        return string.Join('\n', rows.Select(r => string.Join("  ", r.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }
}
