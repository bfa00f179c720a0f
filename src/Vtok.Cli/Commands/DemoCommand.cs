using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Codec.Sheets;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok demo`: one sheet that shows what how many bytes buy.</summary>
internal static class DemoCommand
{
    private const string Photograph = "macaws.webp";
    private static readonly int[] Lengths = [8, 16, 32, 64, 128, 256];

    public static Command Create(CliConsole console)
    {
        Option<string?> output = new("--output", "-o") { HelpName = "OUT", Description = "The sheet (default: vtok-demo.png)." };
        Option<string?> picture = new("--picture") { HelpName = "FILE", Description = "Another picture than the photograph that ships." };
        Option<string?> model = Options.Model("Model to show: a name or a folder (default: default).");
        Option<string?> look = new("--look") { HelpName = "LOOK", Description = "Decoder head, such as faithful or vivid (default: the model's first)." };
        Option<string> device = Options.Device();
        Option<int?> threads = Options.Threads();
        Option<long> maxPixels = Options.MaxPixels();
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        var command = new Command("demo", "Draw one sheet: a photograph, its reconstructions at several lengths, JPEG and WebP beside them, all with file sizes.")
        {
            output, picture, model, look, device, threads, maxPixels, force, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var input = new InputFile(parsed.GetValue(picture) ?? Photograph);
            string path = OutputPlan.RequirePng(parsed.GetValue(output) ?? "vtok-demo.png");
            var run = new FileRun(console, [input], parsed.GetValue(json), parsed.GetValue(quiet));
            var writer = new OutputWriter(console, run.Inputs, path, ".png", parsed.GetValue(force), run.Json);
            return run.Each(_ =>
            {
                writer.CheckFree(input);
                var codec = new VipsImageCodec();
                RgbImage original = codec.Decode(parsed.GetValue(picture) is null ? Embedded() : input.Read(console, VtokLimits.FileBytes), new ImageDecodeOptions { MaxPixels = parsed.GetValue(maxPixels) });
                ModelStore store = console.Models(parsed.GetValue(threads));
                using var session = new ModelSession(store, ModelSession.Find(store, parsed.GetValue(model) ?? "default"), parsed.GetValue(device)!, Lengths.Length, long.MaxValue);
                var cells = Cells(original, session, parsed.GetValue(look), codec, console.Cancellation);
                string written = writer.Write(input, codec.Encode(Sheet(original, cells), ImageFormat.Png));
                if (!run.Json && !parsed.GetValue(quiet) && written != OutputPlan.StandardOutput)
                    console.WriteLine(string.Join('\n', [.. cells.Select(c => "  " + c.Label), Refusal.Printable($"The sheet is {Path.GetFullPath(written)}")]));
                return new JsonObject { ["output"] = Path.GetFullPath(written), ["cells"] = new JsonArray([.. cells.Select(c => JsonValue.Create(c.Label))]) };
            });
        });
        return command;
    }

    private static byte[] Embedded()
    {
        using Stream stream = typeof(DemoCommand).Assembly.GetManifestResourceStream(Photograph)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static List<SheetCell> Cells(RgbImage original, ModelSession session, string? look, VipsImageCodec codec, CancellationToken cancellation)
    {
        ImageTokenizer tokenizer = session.Tokenizer;
        List<SheetCell> cells = [new(original, $"the photograph, {original.Width}x{original.Height}")];
        int[] lengths = [.. Lengths.Where(n => !tokenizer.Info.IsGrid && tokenizer.Info.AllowsLength(n))];
        VtokFile[] files = [.. (lengths.Length > 0 ? lengths.Select(n => (int?)n) : [null])
            .Select(n => tokenizer.Encode(original, new ImageEncodeOptions { Tokens = n }, cancellation))];
        int bytes = 0;
        foreach ((VtokFile file, RgbImage decoded) in files.Zip(session.Decode(files, new DecodeOptions { Look = look }, cancellation)))
        {
            bytes = VtokWriter.Write(file, tokenizer.Info).Length;
            cells.Add(new(decoded, Invariant($"{file.Count} tokens, {bytes} bytes")));
        }
        var search = new ImageBudgetSearch(codec);
        foreach ((ImageFormat format, string name) in new[] { (ImageFormat.Jpeg, "JPEG"), (ImageFormat.Webp, "WebP") })
        {
            if (search.Best(original, format, bytes, cancellation) is { } fitting)
                cells.Add(new(fitting.Picture, Invariant($"{name} in as few bytes: {fitting.File.Length}")));
            byte[] lowest = codec.Encode(original, format, quality: 1);
            cells.Add(new(codec.Decode(lowest), Invariant($"{name}, lowest quality: {lowest.Length} bytes")));
        }
        return cells;
    }

    private static RgbImage Sheet(RgbImage original, List<SheetCell> cells)
    {
        const int CellWidth = 384;
        int height = Math.Clamp((int)((long)CellWidth * original.Height / original.Width), 32, 2 * CellWidth);
        return ContactSheet.Draw(cells, columns: 4, CellWidth, height);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
