using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Vtok.Codec;
using Vtok.Codec.Evaluation;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Models.Perceptual;
using Vtok.Streams;

namespace Vtok.Cli.Commands;

/// <summary>`vtok eval`: a model's figures over pictures, by its real files.</summary>
internal static class EvalCommand
{
    private const string JudgeFolder = "perceptual-squeezenet-lpips";
    private const string Protocol = "centre square, Lanczos to the model's size (Pillow's bytes); real .vtok files; 8-bit pictures compared: PSNR (dB, RGB), "
        + "SSIM (luma), MS-SSIM, GMSD (lower is better), LPIPS v0.1 SqueezeNet (lower is better); means over the pictures";

    private static readonly int[] UsualLengths = [32, 64, 128, 256];

    public static Command Create(CliConsole console)
    {
        Option<string[]> data = new("--data") { HelpName = "IN", Description = "Pictures, folders of them, or patterns.", Required = true, AllowMultipleArgumentsPerToken = true };
        Option<string?> model = Options.Model("Model to measure: a name or a folder (default: default).");
        Option<int[]?> tokens = Options.Numbers("--tokens", "Lengths to measure at (default: 32,64,128,256).");
        Option<string?> look = new("--look") { HelpName = "LOOK", Description = "Decoder head, such as faithful or vivid (default: the model's first)." };
        Option<EncodeEffort?> effort = Options.Choice<EncodeEffort>("--effort", "high searches longer for each length.");
        Option<ImageFormat[]> against = new("--against")
        {
            HelpName = "CODEC", Description = "Classical codecs beside it with as many bytes (webp, jpeg, avif): side and quality searched for the best PSNR.",
            AllowMultipleArgumentsPerToken = true, CustomParser = Codecs,
        };
        Option<string?> chart = new("--chart") { HelpName = "PNG", Description = "Draw the figures over the bytes." };
        Option<bool> force = Options.Force();
        Option<string> device = Options.Device();
        Option<int?> threads = Options.Threads(), batch = Options.Batch();
        Option<long> maxPixels = Options.MaxPixels(), maxBytes = Options.MaxBytes();
        Option<bool> json = Options.Json();
        var command = new Command("eval", "Measure a model over pictures: real file sizes, PSNR, SSIM, MS-SSIM, GMSD, LPIPS.")
        {
            data, model, tokens, look, effort, against, chart, force, device, threads, batch, maxPixels, maxBytes, json,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(data)!, InputList.IsPicture), json: false, quiet: true);
            ModelStore store = console.Models(parsed.GetValue(threads));
            ModelEntry entry = ModelSession.Find(store, parsed.GetValue(model) ?? "default");
            int[] lengths = Lengths(parsed.GetValue(tokens), entry.Info);
            using var session = new ModelSession(store, entry, parsed.GetValue(device)!, parsed.GetValue(batch) ?? 8, parsed.GetValue(maxPixels));
            string? judge = store.Roots.Select(root => Path.Combine(root, JudgeFolder)).FirstOrDefault(Directory.Exists);
            var limits = new ImageDecodeOptions { MaxPixels = parsed.GetValue(maxPixels), MaxFileBytes = parsed.GetValue(maxBytes) };
            var measured = new Measured(session, judge, parsed.GetValue(look), parsed.GetValue(effort) ?? EncodeEffort.Default, lengths, parsed.GetValue(against) ?? []);
            var sheet = parsed.GetValue(chart) is { } path ? new OutputWriter(console, [run.Inputs[0]], path, ".png", parsed.GetValue(force), json: true) : null;
            sheet?.CheckFree(run.Inputs[0]);
            (int exitCode, int count, IReadOnlyList<QualityRow> rows) = Measure(console, run, measured, limits);
            if (count == 0)
                return exitCode;
            sheet?.Write(run.Inputs[0], QualityChart.Draw(rows));
            console.WriteLine(parsed.GetValue(json) ? Document(entry, count, rows).ToJsonString(FileRun.Indented) : Table(entry, count, rows));
            return exitCode;
        });
        return command;
    }

    private sealed record Measured(ModelSession Session, string? Judge, string? Look, EncodeEffort Effort, int[] Lengths, ImageFormat[] Against);

    // Apart, so that no TorchSharp type is touched before libtorch is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (int ExitCode, int Pictures, IReadOnlyList<QualityRow> Rows) Measure(CliConsole console, FileRun run, Measured what, ImageDecodeOptions limits)
    {
        ImageTokenizer tokenizer = what.Session.Tokenizer;
        using LpipsSqueeze? judge = what.Judge is null ? null : LpipsSqueeze.Open(what.Judge);
        var evaluation = new QualityEvaluation(tokenizer, judge);
        var codec = new VipsImageCodec();
        var pictures = new List<RgbImage>();
        int exitCode = run.Each(input =>
        {
            pictures.Add(evaluation.Prepare(codec.Decode(input.Read(console, limits.MaxFileBytes), limits)));
            return [];
        });
        if (pictures.Count == 0)
            return (exitCode, 0, []);
        IReadOnlyList<QualityRow> rows = evaluation.Measure(pictures, what.Lengths, what.Look, what.Effort, console.Cancellation);
        IEnumerable<QualityRow> classical = what.Against.SelectMany(format =>
            rows.Select(row => evaluation.MeasureCodec(format, codec, row, pictures, console.Cancellation)).OfType<QualityRow>());
        return (exitCode, pictures.Count, [.. rows, .. classical]);
    }

    private static int[] Lengths(int[]? asked, TokenizerInfo info)
    {
        if (info.NativeWidth is null || info.NativeWidth != info.NativeHeight)
            throw new UsageException($"eval measures models with a square native size; {info.Name} has {(info.IsGrid ? "none" : $"{info.NativeWidth}x{info.NativeHeight}")}");
        int[] lengths = asked is { Length: > 0 } ? asked : [.. UsualLengths.Where(info.AllowsLength)];
        if (lengths.Length == 0)
            lengths = [info.Lengths[^1]];
        return Array.Find(lengths, n => !info.AllowsLength(n)) is var wrong and not 0
            ? throw new UsageException($"--tokens {wrong}: {info.Name} takes {TokenLengths.Describe(info)}") : lengths;
    }

    private static string Table(ModelEntry entry, int pictures, IReadOnlyList<QualityRow> rows) => string.Join('\n', [
        $"{entry.Name} over {pictures} pictures: {Protocol}",
        "          tokens  pictures     bytes    PSNR    SSIM  MS-SSIM    GMSD   LPIPS",
        .. rows.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"{r.Method,-8}  {r.Tokens,6}  {r.Pictures,8}  {r.Bytes,8:F1}  {r.Psnr,6:F3}  {r.Ssim,6:F4}   {r.MsSsim,6:F4}  {r.Gmsd,6:F4}  {r.Perceptual,6:F4}"))]);

    private static ImageFormat[]? Codecs(ArgumentResult result)
    {
        var formats = new List<ImageFormat>();
        foreach (string name in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (!Enum.TryParse(name, ignoreCase: true, out ImageFormat format) || format is not (ImageFormat.Webp or ImageFormat.Jpeg or ImageFormat.Avif))
            {
                result.AddError($"--against {name}: expected webp, jpeg or avif");
                return null;
            }
            formats.Add(format);
        }
        return [.. formats];
    }

    private static JsonObject Document(ModelEntry entry, int pictures, IReadOnlyList<QualityRow> rows) => new()
    {
        ["model"] = entry.Name,
        ["key"] = entry.Key.ToString("x8", CultureInfo.InvariantCulture),
        ["pictures"] = pictures,
        ["protocol"] = Protocol,
        ["rows"] = new JsonArray([.. rows.Select(r => new JsonObject
        {
            ["method"] = r.Method, ["tokens"] = r.Tokens, ["pictures"] = r.Pictures, ["bytes"] = r.Bytes, ["psnr"] = Defined(r.Psnr), ["ssim"] = Defined(r.Ssim), ["msSsim"] = Defined(r.MsSsim), ["gmsd"] = Defined(r.Gmsd), ["lpips"] = r.Perceptual,
        })]),
    };

    // JSON has no infinite PSNR of equal pictures and no MS-SSIM of pictures too small for it.
    private static double? Defined(double value) => double.IsFinite(value) ? value : null;
}
