using System.Text.Json;
using System.Text.Json.Nodes;
using ScottPlot;
using SkiaSharp;
using Vtok.Codec;

namespace Vtok.Train;

/// <summary>Draws the numbers of one or more runs over their steps.</summary>
internal static class RunCurves
{
    private const int Width = 900, Height = 420;
    private static readonly string[] NotCurves = ["kind", "step", "seconds"];
    private static readonly string[] Usual = ["loss", "usage", "perplexity", "dead"]; // of the lines of training; of a validation everything

    /// <summary>One curve a run and name, names that share a scale (psnr16, psnr32, ...) in one picture below the other.</summary>
    /// <param name="runs">Run folders.</param>
    /// <param name="output">PNG or SVG file, by its name.</param>
    /// <param name="names">Prefixes of the values to draw; empty draws the loss, the use of the codebook and every value of the validations.</param>
    public static void Draw(IReadOnlyList<string> runs, string output, IReadOnlyList<string> names)
    {
        bool vector = Path.GetExtension(output).Equals(".svg", StringComparison.OrdinalIgnoreCase);
        if (!vector && !Path.GetExtension(output).Equals(".png", StringComparison.OrdinalIgnoreCase))
            throw new RefusalException(ExitCodes.Usage, $"{output}: expected a name that ends in .png or .svg");
        var plots = new SortedDictionary<string, Plot>(StringComparer.Ordinal);
        foreach (string run in runs)
            foreach (((string kind, string name), List<(double Step, double Value)> points) in Read(run))
                if (names.Count == 0 ? kind == "validate" || Usual.Contains(name) : names.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                    Add(plots, run, kind, name, points, runs.Count > 1);
        if (plots.Count == 0)
            throw new RefusalException(ExitCodes.Input, $"{string.Join(", ", runs)}: nothing to draw, no such values in log.jsonl");

        var all = new Multiplot();
        all.RemovePlot(all.GetPlot(0)); // a new one has an empty plot
        foreach (Plot plot in plots.Values)
            all.AddPlot(plot);
        int height = Height * plots.Count;
        byte[] drawn = vector ? Svg(all, Width, height) : all.Render(Width, height).GetImageBytes(ImageFormat.Png);
        try
        {
            OutputFile.Write(output, drawn, replace: true);
        }
        catch (OutputFileException e)
        {
            throw new OutputFileException(e.Reason, $"{output}: {e.Message}", e);
        }
    }

    private static byte[] Svg(Multiplot plots, int width, int height)
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
            plots.Render(canvas, new PixelRect(0, width, height, 0));
        return stream.ToArray(); // the canvas writes the end when it is disposed
    }

    private static void Add(SortedDictionary<string, Plot> plots, string run, string kind, string name, List<(double Step, double Value)> points, bool named)
    {
        string group = $"{kind}: {name.TrimEnd("0123456789".ToCharArray())}";
        if (!plots.TryGetValue(group, out Plot? plot))
        {
            plots[group] = plot = new Plot();
            plot.Title(group);
            plot.XLabel("step");
            plot.ShowLegend(Alignment.LowerRight);
        }
        var curve = plot.Add.ScatterLine(points.Select(point => point.Step).ToArray(), points.Select(point => point.Value).ToArray());
        curve.LegendText = named ? $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(run))} {name}" : name;
    }

    private static Dictionary<(string Kind, string Name), List<(double Step, double Value)>> Read(string run)
    {
        var curves = new Dictionary<(string Kind, string Name), List<(double Step, double Value)>>();
        string log = Path.Combine(run, "log.jsonl");
        if (!File.Exists(log))
            throw new RefusalException(ExitCodes.Input, $"{run}: no run folder, it has no log.jsonl");
        foreach (string line in Lines(log))
        {
            if (Parse(line) is not { } entry || Number(entry["step"]) is not { } step || entry["kind"]?.GetValueKind() != JsonValueKind.String)
                continue;
            string kind = (string)entry["kind"]!;
            foreach ((string name, JsonNode? value) in entry)
            {
                if (NotCurves.Contains(name) || Number(value) is not { } y)
                    continue; // words, and numbers that were not finite
                if (!curves.TryGetValue((kind, name), out List<(double Step, double Value)>? points))
                    curves[(kind, name)] = points = [];
                points.Add((step, y));
            }
        }
        return curves;
    }

    private static string[] Lines(string log)
    {
        try
        {
            return File.ReadAllLines(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusalException(ExitCodes.Input, $"{log}: cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    // Null for the line that is just being written.
    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static double? Number(JsonNode? value) => value is JsonValue number && number.TryGetValue(out double y) ? y : null;
}
