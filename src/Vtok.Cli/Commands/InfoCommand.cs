using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok info`: what a file says about itself, with or without its model.</summary>
internal static class InfoCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<bool> json = Options.Json();
        Option<long> maxBytes = Options.MaxBytes();
        var command = new Command("info", "Show what token files say about themselves; the model need not be there.") { inputs, json, maxBytes };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), quiet: true);
            ModelStore store = console.Models();
            return run.Each(input =>
            {
                JsonObject facts = Describe(input.Read(console, parsed.GetValue(maxBytes)), store);
                if (!run.Json)
                    console.WriteLine(Text(input.Name, facts));
                return facts;
            });
        });
        return command;
    }

    private static JsonObject Describe(byte[] bytes, ModelStore store)
    {
        VtokHeader header = VtokReader.IdentifyChecked(bytes);
        TokenizerInfo? info = ModelOf(header, store, out string model);
        int? width = header.Width ?? info?.NativeWidth, height = header.Height ?? info?.NativeHeight;
        var facts = new JsonObject
        {
            ["version"] = header.Version,
            ["layout"] = header.Layout.ToString().ToLowerInvariant(),
            ["width"] = width,
            ["height"] = height,
            ["overlap"] = header.Layout == VtokLayout.Tile ? header.Overlap : null,
            ["tokens"] = header.Count,
            ["lanes"] = LanesOf(header, info),
            ["bytes"] = bytes.Length,
            ["payloadBytes"] = bytes.Length - header.HeaderLength - header.CheckLength,
            ["bitsPerPixel"] = width * height is int pixels ? Math.Round(bytes.Length * 8.0 / pixels, 4) : null,
            ["key"] = header.Key.ToString("x8", CultureInfo.InvariantCulture),
            ["model"] = model,
        };
        if (header.Extensions is { IsEmpty: false } extensions)
        {
            if (extensions.Background is { } background)
                facts["background"] = $"#{background.R:x2}{background.G:x2}{background.B:x2}";
            facts["steps"] = extensions.Steps;
            facts["guidance"] = extensions.Guidance / 100.0;
            facts["seed"] = extensions.Seed;
        }
        return facts;
    }

    private static TokenizerInfo? ModelOf(VtokHeader header, ModelStore store, out string name)
    {
        try
        {
            ModelEntry? entry = store.TryFind(header.Key, describedOnly: true);
            name = entry?.Name ?? "not here";
            return entry?.Info;
        }
        catch (ModelStoreException e)
        {
            name = e.Message; // several have this key: still nothing wrong with the file
            return null;
        }
    }

    private static int? LanesOf(VtokHeader header, TokenizerInfo? info)
    {
        if (header.Layout != VtokLayout.Tile)
            return 1;
        if (header.LaneCounts is { } counts)
            return counts.Count;
        return info is { NativeWidth: int w, NativeHeight: int h } && header is { Width: int width, Height: int height } && header.Overlap <= Math.Min(w, h) / 2
            ? (int)new TileLayout(width, height, w, h, header.Overlap).Count : null;
    }

    private static string Text(string name, JsonObject facts)
    {
        var text = new StringBuilder(Refusal.Printable(name));
        foreach ((string fact, JsonNode? value) in facts)
            if (value is not null)
                text.Append(CultureInfo.InvariantCulture, $"\n  {fact,-13} {Refusal.Printable(value.ToString())}");
        return text.ToString();
    }
}
