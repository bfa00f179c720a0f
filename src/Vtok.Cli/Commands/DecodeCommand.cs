using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok decode`: token files to pictures.</summary>
internal static class DecodeCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.TokenFiles();
        Option<string?> output = Options.Output("The picture"), model = Options.Model("Model to decode with (default: found by the key in each file).");
        Option<string?> look = new("--look") { HelpName = "LOOK", Description = "Decoder head, such as faithful or vivid (default: the model's first)." };
        Option<int?> tokens = Options.Number("--tokens", "Decode the first N tokens of each lane only (default: all that the file has).", 1);
        Option<int?> steps = Options.Steps("Steps of a decoder that samples (default: what the file says, else the model's own).");
        Option<double?> guidance = Options.Guidance("Guidance of a decoder that samples, such as 7.5 (default: as for --steps).");
        Option<int?> seed = Options.Number("--seed", "Seed of a decoder that samples (default: what the file says, else 0).", 0);
        Option<string?> text = new("--text-features")
        {
            HelpName = "FILE",
            Description = "Text features for a text-aware decoder, [T, E] in a .npy or .safetensors file (see docs/families/one-d-piece.md).",
        };
        Option<ImageFormat?> format = Options.Choice("--format", "Format of the picture (default: by the name of OUT, else png).", leftOut: ImageFormat.Gif);
        Option<int?> quality = Options.Number("--quality", "Quality of lossy formats (default: the format's own).", 1, 100);
        Option<int?> threads = Options.Threads(), batch = Options.Batch();
        Option<string> device = Options.Device();
        Option<long> maxPixels = Options.MaxPixels(), maxBytes = Options.MaxBytes();
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        var command = new Command("decode", "Turn token files back into pictures.")
        {
            inputs, output, model, look, tokens, steps, guidance, seed, text, format, quality, device, threads, batch, maxPixels, maxBytes, force, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsTokenFile), parsed.GetValue(json), parsed.GetValue(quiet));
            ImageFormat picture = FormatOf(parsed.GetValue(format), parsed.GetValue(output));
            var outputs = new OutputWriter(console, run.Inputs, parsed.GetValue(output), ImageFormats.Extension(picture), parsed.GetValue(force), run.Json);
            ModelStore store = console.Models(parsed.GetValue(threads));
            int lanes = parsed.GetValue(batch) ?? 8;
            long most = parsed.GetValue(maxPixels);
            using var sessions = new ModelSessions(entry => new ModelSession(store, entry, parsed.GetValue(device)!, lanes, most));
            using TextFile? features = parsed.GetValue(text) is { } file ? TextFile.Read(file) : null;
            var decoder = new FileDecoder(console, new FileModels(store, parsed.GetValue(model)), sessions)
            {
                Options = new DecodeOptions
                {
                    Look = parsed.GetValue(look),
                    Steps = parsed.GetValue(steps),
                    Guidance = parsed.GetValue(guidance),
                    Seed = (ulong?)parsed.GetValue(seed),
                    Text = features?.Value,
                },
                Tokens = parsed.GetValue(tokens),
                MaxBytes = parsed.GetValue(maxBytes),
                MaxPixels = most,
                BatchLanes = lanes,
            };
            var codec = new VipsImageCodec();
            foreach (FileDecoder.Item item in decoder.Decode(run.Inputs, outputs.CheckFree).Ahead(2, console.Cancellation))
            {
                run.ShowProgress(item.Input);
                run.Try(item.Input, () =>
                {
                    byte[] bytes = codec.Encode(item.Result(), picture, parsed.GetValue(quality));
                    string path = outputs.Write(item.Input, bytes);
                    run.Say($"{item.Input.Name} -> {path}: {item.Picture!.Width}x{item.Picture.Height}, {bytes.Length} bytes");
                    return new JsonObject
                    {
                        ["output"] = path, ["width"] = item.Picture.Width, ["height"] = item.Picture.Height, ["bytes"] = bytes.Length, ["model"] = item.Entry!.Name,
                    };
                });
            }
            return run.Finish();
        });
        return command;
    }

    private static ImageFormat FormatOf(ImageFormat? asked, string? output)
    {
        bool named = output is not (null or OutputPlan.StandardOutput) && !Directory.Exists(output) && !Path.EndsInDirectorySeparator(output);
        ImageFormat format = asked ?? (named ? ImageFormats.FromFileName(output!) : ImageFormat.Png) ??
            throw new UsageException($"{output}: its extension is of no picture format (use .png, .jpg, .webp, .avif or .tiff, or say --format)");
        return format != ImageFormat.Gif ? format : throw new UsageException("GIF is read but not written (use png or webp)");
    }
}
