using ScottPlot;
using Vtok.Codec.Evaluation;

namespace Vtok.Cli;

/// <summary>Rate-distortion curves: one panel a measure, one line a method, bytes of real files on a logarithmic axis.</summary>
internal static class QualityChart
{
    private const int PanelWidth = 480;
    private const int PanelHeight = 360;

    private static readonly (string Title, Func<QualityRow, double?> Value)[] Measures =
    [
        ("PSNR, dB (higher is better)", row => row.Psnr),
        ("MS-SSIM (higher is better)", row => row.MsSsim),
        ("LPIPS-SqueezeNet (lower is better)", row => row.Perceptual),
    ];

    /// <summary>The chart as a PNG file; measures without values are left out.</summary>
    public static byte[] Draw(IReadOnlyList<QualityRow> rows)
    {
        var shown = Measures.Where(measure => rows.Any(row => IsDrawn(measure.Value(row)))).ToArray();
        var panels = new Multiplot();
        panels.AddPlots(shown.Length);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int i = 0; i < shown.Length; i++)
            DrawPanel(panels.GetPlot(i), shown[i].Title, shown[i].Value, rows);
        return panels.Render(PanelWidth * shown.Length, PanelHeight).GetImageBytes(ScottPlot.ImageFormat.Png);
    }

    private static void DrawPanel(Plot plot, string title, Func<QualityRow, double?> value, IReadOnlyList<QualityRow> rows)
    {
        foreach (IGrouping<string, QualityRow> method in rows.GroupBy(row => row.Method))
        {
            QualityRow[] drawn = [.. method.Where(row => IsDrawn(value(row)))];
            var line = plot.Add.Scatter(drawn.Select(row => Math.Log2(row.Bytes)).ToArray(), drawn.Select(row => value(row)!.Value).ToArray());
            line.LegendText = method.Key;
            line.LineWidth = 2;
            line.MarkerSize = 6;
        }
        double[] ticks = [.. rows.Select(row => row.Bytes).Where(bytes => bytes > 0).Select(bytes => Math.Round(Math.Log2(bytes))).Distinct().Order()];
        plot.Axes.Bottom.SetTicks(ticks, [.. ticks.Select(tick => Math.Pow(2, tick).ToString("F0", System.Globalization.CultureInfo.InvariantCulture))]);
        plot.Title(title, 14);
        plot.XLabel("bytes a picture", 12);
        plot.ShowLegend(title.Contains("lower", StringComparison.Ordinal) ? Alignment.UpperRight : Alignment.LowerRight); // away from the curves
    }

    private static bool IsDrawn(double? value) => value is { } number && double.IsFinite(number);
}
