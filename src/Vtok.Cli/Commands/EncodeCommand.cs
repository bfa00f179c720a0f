using System.CommandLine;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok encode`: pictures to token files.</summary>
internal static class EncodeCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string[]> inputs = Options.Pictures();
        Option<string?> output = Options.Output("The token file"), model = Options.Model("Model to encode with: a name or a folder (default: default).");
        Option<int?> tokens = Options.Tokens(), target = Options.TargetBytes(), threads = Options.Threads(), batch = Options.Batch();
        Option<int?> overlap = Options.Number("--overlap", "Pixels that neighbouring tiles share (default: an eighth of a tile); needs --layout tile.", 0);
        Option<VtokLayout?> layout = Options.Choice<VtokLayout>("--layout",
            "fit squeezes the whole picture to the model's size, crop takes the centre square, tile covers it at its own scale; grid is for models of any size.");
        Option<EncodeEffort?> effort = Options.Choice<EncodeEffort>("--effort", "high searches longer for the length that is asked for; its prefixes are merely good.");
        Option<int?> steps = Options.Steps("Note in the file the steps to decode with, for a model whose decoder samples.");
        Option<double?> guidance = Options.Guidance("Note in the file the guidance to decode with, such as 7.5, for a model whose decoder samples.");
        Option<int?> seed = Options.Number("--seed",
            "Seed of an encoder that can sample which tokens it keeps (default: it keeps the likeliest); noted in the file for a decoder that samples.", 0);
        Option<VtokBackground?> background = Options.Background();
        Option<string> device = Options.Device();
        Option<long> maxPixels = Options.MaxPixels(), maxBytes = Options.MaxBytes();
        Option<bool> force = Options.Force(), json = Options.Json(), quiet = Options.Quiet();
        var command = new Command("encode", "Turn pictures into token files.")
        {
            inputs, output, model, tokens, target, layout, overlap, effort, steps, guidance, seed, background, device, threads, batch, maxPixels, maxBytes, force, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(inputs)!, InputList.IsPicture), parsed.GetValue(json), parsed.GetValue(quiet));
            var outputs = new OutputWriter(console, run.Inputs, parsed.GetValue(output), ".vtok", parsed.GetValue(force), run.Json);
            var options = new ImageEncodeOptions
            {
                Layout = parsed.GetValue(layout),
                Tokens = parsed.GetValue(tokens),
                TargetBytes = parsed.GetValue(target),
                Overlap = parsed.GetValue(overlap),
                Effort = parsed.GetValue(effort) ?? EncodeEffort.Default,
                Background = parsed.GetValue(background),
            };
            ModelStore store = console.Models(parsed.GetValue(threads));
            ModelEntry entry = ModelSession.Find(store, parsed.GetValue(model) ?? "default");
            options = Sampling.ForEncoder(options, entry.Info, new DecodeHints { Steps = parsed.GetValue(steps), Guidance = parsed.GetValue(guidance), Seed = (ulong?)parsed.GetValue(seed) });
            Check(options, entry.Info);
            var limits = new ImageDecodeOptions { MaxPixels = parsed.GetValue(maxPixels), MaxFileBytes = parsed.GetValue(maxBytes) };
            if (options.Background is { } colour)
                limits = limits with { Background = (colour.R, colour.G, colour.B) };
            return Encode(console, run, outputs, new PictureReader(console, limits, entry.Info, options),
                () => new ModelSession(store, entry, parsed.GetValue(device)!, parsed.GetValue(batch) ?? 8, limits.MaxPixels), parsed.GetValue(batch) ?? 8);
        });
        return command;
    }

    private static int Encode(CliConsole console, FileRun run, OutputWriter outputs, PictureReader reader, Func<ModelSession> open, int batch)
    {
        if (run.Inputs.Count == 0 || run.Inputs.All(i => !i.MayExist))
            return run.Each(input => throw Unreachable(input, console)); // says what is wrong with each, without a model
        using ModelSession session = open();
        foreach (List<PictureReader.Item> items in reader.Read(run.Inputs, outputs.CheckFree, batch).Ahead(1, console.Cancellation))
        {
            PictureReader.Item[] good = [.. items.Where(i => i.Picture is not null)];
            if (good.Length > 0)
                run.ShowProgress(good[0].Input);
            IReadOnlyList<VtokFile> files = good.Length == 0 ? [] : session.Tokenizer.Encode([.. good.Select(i => i.Picture!)], reader.Options, console.Cancellation);
            int next = 0;
            foreach (PictureReader.Item item in items)
                run.Try(item.Input, () => Write(run, outputs, item, item.Picture is null ? null : files[next++], session.Entry.Info, reader.Options.TargetBytes));
        }
        return run.Finish();
    }

    private static JsonObject Write(FileRun run, OutputWriter outputs, PictureReader.Item item, VtokFile? file, TokenizerInfo info, int? target)
    {
        if (file is null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(item.Error!);
        byte[] bytes = VtokWriter.Write(file, info);
        string path = outputs.Write(item.Input, bytes);
        string tiles = file.Lanes.Count > 1 ? $" in each of {file.Lanes.Count} tiles" : "";
        run.Say($"{item.Input.Name} -> {path}: {item.Picture!.Width}x{item.Picture.Height}, {file.Count} tokens{tiles}, {bytes.Length} bytes");
        run.CheckTarget(item.Input, bytes.Length, target);
        return new JsonObject
        {
            ["output"] = path,
            ["width"] = item.Picture.Width,
            ["height"] = item.Picture.Height,
            ["layout"] = file.Layout.ToString().ToLowerInvariant(),
            ["tokens"] = file.Count,
            ["lanes"] = file.Lanes.Count,
            ["bytes"] = bytes.Length,
            ["model"] = info.Name,
        };
    }

    private static InputException Unreachable(InputFile input, CliConsole console)
    {
        input.Read(console, limit: 0);
        return new InputException("is not there");
    }

    private static void Check(ImageEncodeOptions options, TokenizerInfo info)
    {
        if (options is { Overlap: not null, Layout: not VtokLayout.Tile })
            throw new UsageException("--overlap needs --layout tile");
        if (options.Layout is { } layout && info.IsGrid != (layout == VtokLayout.Grid))
            throw new UsageException(info.IsGrid ? $"{info.Name} takes pictures of any size: leave --layout out" : $"--layout grid is for models of any size; {info.Name} has a native size");
        int most = Math.Min(info.NativeWidth ?? 0, info.NativeHeight ?? 0) / 2;
        if (options.Overlap > most)
            throw new UsageException($"--overlap {options.Overlap}: expected 0 to {most}, half a tile of {info.Name}");
        if (options.Tokens is int tokens && (info.IsGrid || !info.AllowsLength(tokens)))
            throw new UsageException($"--tokens {tokens}: {info.Name} takes {TokenLengths.Describe(info)}");
    }
}
