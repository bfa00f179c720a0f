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
    private const int MostSide = 4096;

    public static Command Create(CliConsole console)
    {
        Option<string[]> data = new("--data") { HelpName = "IN", Description = "Pictures, folders of them, or patterns.", Required = true, AllowMultipleArgumentsPerToken = true };
        Option<string?> model = Options.Model("Model to measure: a name or a folder (default: default).");
        Option<int[]?> tokens = Options.Numbers("--tokens", "Lengths to measure at (default: 32,64,128,256; every scale of a model of scales; a model of any size has one).");
        Option<int?> size = Options.Number("--size",
            $"Side of the measured squares for a model of any size, divisible by its factor (default: {QualityEvaluation.GridSide}); other models have their own.", QualityEvaluation.LeastSide, MostSide);
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
            data, model, tokens, size, look, effort, against, chart, force, device, threads, batch, maxPixels, maxBytes, json,
        };
        command.SetAction(parsed =>
        {
            var run = new FileRun(console, InputList.Expand(parsed.GetValue(data)!, InputList.IsPicture), json: false, quiet: true);
            ModelStore store = console.Models(parsed.GetValue(threads));
            ModelEntry entry = ModelSession.Find(store, parsed.GetValue(model) ?? "default");
            int side = SideOf(parsed.GetValue(size), entry.Info);
            IReadOnlyList<int> lengths = Lengths(parsed.GetValue(tokens), side, entry.Info);
            using var session = new ModelSession(store, entry, parsed.GetValue(device)!, parsed.GetValue(batch) ?? 8, parsed.GetValue(maxPixels));
            string? judge = store.Roots.Select(root => Path.Combine(root, JudgeFolder)).FirstOrDefault(Directory.Exists);
            var limits = new ImageDecodeOptions { MaxPixels = parsed.GetValue(maxPixels), MaxFileBytes = parsed.GetValue(maxBytes) };
            var measured = new Measured(session, judge, side, parsed.GetValue(look), parsed.GetValue(effort) ?? EncodeEffort.Default, lengths, parsed.GetValue(against) ?? []);
            var sheet = parsed.GetValue(chart) is { } path ? new OutputWriter(console, [run.Inputs[0]], OutputPlan.RequirePng(path), ".png", parsed.GetValue(force), json: true) : null;
            sheet?.CheckFree(run.Inputs[0]);
            (int exitCode, int count, IReadOnlyList<QualityRow> rows) = Measure(console, run, measured, limits);
            if (count == 0)
                return exitCode;
            console.WriteLine(parsed.GetValue(json) ? Document(entry, side, count, rows).ToJsonString(FileRun.Indented) : Table(entry, side, count, rows));
            sheet?.Write(run.Inputs[0], QualityChart.Draw(rows)); // last: figures that took long are not lost with it
            return exitCode;
        });
        return command;
    }

    private sealed record Measured(ModelSession Session, string? Judge, int Side, string? Look, EncodeEffort Effort, IReadOnlyList<int> Lengths, ImageFormat[] Against);

    // Apart, so that no TorchSharp type is touched before libtorch is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (int ExitCode, int Pictures, IReadOnlyList<QualityRow> Rows) Measure(CliConsole console, FileRun run, Measured what, ImageDecodeOptions limits)
    {
        ImageTokenizer tokenizer = what.Session.Tokenizer;
        using LpipsSqueeze? judge = what.Judge is null ? null : LpipsSqueeze.Open(what.Judge);
        var evaluation = new QualityEvaluation(tokenizer, judge, what.Side);
        var codec = new VipsImageCodec();
        var pictures = new List<RgbImage>();
        int exitCode = run.Each(input =>
        {
            pictures.Add(evaluation.Prepare(codec.Decode(input.Read(console, limits.MaxFileBytes), limits)));
            return [];
        });
        if (pictures.Count == 0)
            return (exitCode, 0, []);
        IReadOnlyList<QualityRow> rows = what.Session.Guard(() => evaluation.Measure(pictures, what.Lengths, what.Look, what.Effort, console.Cancellation), what.Look);
        IEnumerable<QualityRow> classical = what.Against.SelectMany(format =>
            rows.Select(row => evaluation.MeasureCodec(format, codec, row, pictures, console.Cancellation)).OfType<QualityRow>());
        return (exitCode, pictures.Count, [.. rows, .. classical]);
    }

    private static int SideOf(int? asked, TokenizerInfo info)
    {
        try
        {
            return QualityEvaluation.SideOf(info, asked);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--size {e.Message}");
        }
    }

    private static IReadOnlyList<int> Lengths(int[]? asked, int side, TokenizerInfo info)
    {
        if (asked is not { Length: > 0 })
            return QualityEvaluation.LengthsOf(info, side);
        return Array.Find(asked, n => info.IsGrid || !info.AllowsLength(n)) is var wrong and not 0
            ? throw new UsageException($"--tokens {wrong}: {info.Name} takes {TokenLengths.Describe(info)}{(info.IsGrid ? " (--size decides)" : "")}") : asked;
    }

    private static string Protocol(int side) => $"centre square, Lanczos to {side}x{side} (Pillow's bytes); real .vtok files; 8-bit pictures compared: "
        + $"PSNR (dB, RGB; a picture without error counts as {ImageMetrics.PsnrCap}), SSIM (luma), MS-SSIM (from {ImageMetrics.MsSsimLeastSide} pixels), GMSD (lower is better), "
        + $"LPIPS v0.1 SqueezeNet (lower is better, from {LpipsSqueeze.LeastSide} pixels); means over the pictures";

    private static string Table(ModelEntry entry, int side, int pictures, IReadOnlyList<QualityRow> rows) => string.Join('\n', [
        $"{entry.Name} over {pictures} pictures: {Protocol(side)}",
        "          tokens  pictures     bytes    PSNR    SSIM  MS-SSIM    GMSD   LPIPS",
        .. rows.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"{r.Method,-8}  {r.Tokens,6}  {r.Pictures,8}  {r.Bytes,8:F1}  {r.Psnr,6:F3}  {r.Ssim,6:F4}   {Cell(r.MsSsim)}  {r.Gmsd,6:F4}  {Cell(r.Perceptual)}"))]);

    private static string Cell(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("F4", CultureInfo.InvariantCulture).PadLeft(6) : "     -";

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

    private static JsonObject Document(ModelEntry entry, int side, int pictures, IReadOnlyList<QualityRow> rows) => new()
    {
        ["model"] = entry.Name,
        ["key"] = entry.Key.ToString("x8", CultureInfo.InvariantCulture),
        ["pictures"] = pictures,
        ["size"] = side,
        ["protocol"] = Protocol(side),
        ["rows"] = new JsonArray([.. rows.Select(r => new JsonObject
        {
            ["method"] = r.Method, ["tokens"] = r.Tokens, ["pictures"] = r.Pictures, ["bytes"] = r.Bytes, ["psnr"] = Defined(r.Psnr), ["ssim"] = Defined(r.Ssim), ["msSsim"] = Defined(r.MsSsim), ["gmsd"] = Defined(r.Gmsd), ["lpips"] = r.Perceptual,
        })]),
    };

    // JSON has no MS-SSIM of pictures that are too small for it.
    private static double? Defined(double value) => double.IsFinite(value) ? value : null;
}
