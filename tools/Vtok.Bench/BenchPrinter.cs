using System.Globalization;
using System.Text.Json;

namespace Vtok.Bench;

/// <summary>Rows as a table or as JSON.</summary>
internal static class BenchPrinter
{
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Header(BenchOptions options, TextWriter output)
    {
        output.WriteLine($"fastest of the runs in {options.Seconds.ToString(CultureInfo.InvariantCulture)} s a row, {options.Threads} thread(s) of {Environment.ProcessorCount}; "
            + "ratio to the first row of the group with the same unit");
        output.WriteLine("matmul, conv: shares of time by the logs of MKL and oneDNN in a second run; peak: resident memory of a process for that row alone");
        output.WriteLine($"{"group",-44} {"row",-34} {"value",12} {"unit",-9} {"ratio",7} {"matmul",7} {"conv",7} {"peak",8}");
    }

    public static void Row(BenchRow row, TextWriter output) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{row.Group,-44} {row.Name,-34} {row.Value,12:0.00} {row.Unit,-9} {row.Ratio,7:0.00} {row.MatrixShare,7:0 %} {row.ConvolutionShare,7:0 %} {row.PeakMegabytes,5:0} {(row.PeakMegabytes is null ? "" : "MB")}").TrimEnd());

    public static void Json(BenchOptions options, IReadOnlyList<BenchRow> rows, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(new { options.Seconds, options.Threads, Processors = Environment.ProcessorCount, Rows = rows }, JsonOptions));
}
