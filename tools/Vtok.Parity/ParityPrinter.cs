using System.Globalization;
using System.Text.Json;

namespace Vtok.Parity;

/// <summary>Rows and closing counts, as a table or as JSON.</summary>
internal static class ParityPrinter
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static void Row(CaseResult row, TextWriter output)
    {
        string status = row.Status switch { CaseStatus.Ok => "ok", CaseStatus.Fail => "FAIL", CaseStatus.NeedsWeights => "needs weights", _ => "not yet" };
        string worst = row.Tensor is null ? row.Compared > 0 ? $"{row.Compared} names" : ""
            : string.Create(CultureInfo.InvariantCulture, $"{row.Error:0.0e+0} / {row.Tolerance:0.0e+0} = {row.Ratio:0.###} ({row.Tensor})");
        string aside = row.NotComparable.Count == 0 ? "" : $" | {row.NotComparable.Count} not comparable: {row.NotComparable[0]}";
        output.WriteLine($"{row.Family,-24} {row.Name,-36} {row.Kind,-22} {status,-13} {worst}{(row.Reason.Length > 0 ? (worst.Length > 0 ? " | " : "") + row.Reason : "")}{aside}".TrimEnd());
    }

    public static void Totals(IReadOnlyList<CaseResult> rows, TextWriter output)
    {
        output.WriteLine();
        foreach (IGrouping<string, CaseResult> family in rows.GroupBy(row => row.Family))
            output.WriteLine($"{family.Key,-24} {Counts(family)}");
        output.WriteLine($"parity: {Counts(rows)}");
    }

    public static void Json(IReadOnlyList<CaseResult> rows, TextWriter output)
    {
        var families = rows.GroupBy(row => row.Family).ToDictionary(family => family.Key, CountsByStatus);
        output.WriteLine(JsonSerializer.Serialize(new { rows, families, total = CountsByStatus(rows) }, JsonOptions));
    }

    private static string Counts(IEnumerable<CaseResult> rows)
    {
        Dictionary<CaseStatus, int> counts = CountsByStatus(rows);
        return $"{counts[CaseStatus.Ok]} ok, {counts[CaseStatus.Fail]} FAIL, {counts[CaseStatus.NotYet]} not yet, {counts[CaseStatus.NeedsWeights]} need weights";
    }

    private static Dictionary<CaseStatus, int> CountsByStatus(IEnumerable<CaseResult> rows) =>
        Enum.GetValues<CaseStatus>().ToDictionary(status => status, status => rows.Count(row => row.Status == status));
}
