using System.Globalization;

namespace Vtok.Bench;

/// <summary>What the command line asked for.</summary>
/// <param name="Filter">Only rows whose "group/name" contains this text, or null.</param>
/// <param name="Json">Whether to print one JSON document.</param>
/// <param name="Models">Model folders, or names of published models to make with random weights; empty means those in checkpoints/ above the program.</param>
/// <param name="Batches">Batch sizes of the model rows.</param>
/// <param name="Seconds">Time spent on a row.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="FullSizes">Names of published models to open and use with drawn weights; with any, only these are measured.</param>
/// <param name="Steps">Steps of their decoders that sample, or null for the model's own; time grows with them, memory does not.</param>
/// <param name="Ids">Whether to compare ids of these over batches, threads and tiles, in place of their time and memory.</param>
internal sealed record BenchOptions(string? Filter, bool Json, IReadOnlyList<string> Models, IReadOnlyList<int> Batches, double Seconds, int Threads,
    IReadOnlyList<string> FullSizes, int? Steps, bool Ids)
{
    public const string Usage = """
        usage: vtok-bench [--filter TEXT] [--json] [--model DIR|NAME]... [--batches 1,8,32] [--seconds 1] [--threads 1] [--full-size NAME]... [--steps N] [--ids]
               vtok-bench --training [--python PROGRAM | --table] [--filter TEXT] [--json] [--seconds 1] [--threads 1]
        """;

    /// <summary>Whether training steps are measured, and only these.</summary>
    public bool Training { get; init; }

    /// <summary>Whether their cost against batch size and width is.</summary>
    public bool Table { get; init; }

    /// <summary>A Python with PyTorch to compare training with, or null.</summary>
    public string? Python { get; init; }

    /// <summary>Null when the arguments do not parse.</summary>
    public static BenchOptions? Parse(string[] arguments)
    {
        BenchOptions options = new(null, false, [], [1, 8, 32], 1, 1, [], null, false);
        for (int i = 0; i < arguments.Length; i++)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--json": options = options with { Json = true }; continue;
                case "--ids": options = options with { Ids = true }; continue;
                case "--training": options = options with { Training = true }; continue;
                case "--table": options = options with { Table = true }; continue;
                case "--python" when value.Length > 0: options = options with { Python = value }; break;
                case "--filter" when value.Length > 0: options = options with { Filter = value }; break;
                case "--model" when value.Length > 0: options = options with { Models = [.. options.Models, value] }; break;
                case "--batches" when ParseBatches(value) is { } batches: options = options with { Batches = batches }; break;
                case "--seconds" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    break;
                case "--threads" when ParsePositive(value) is { } threads: options = options with { Threads = threads }; break;
                case "--steps" when ParsePositive(value) is { } steps: options = options with { Steps = steps }; break;
                case "--full-size" when FullSizeModels.Names.Contains(value): options = options with { FullSizes = [.. options.FullSizes, value] }; break;
                default: return null;
            }
            i++;
        }
        bool isMeant = options.Training || (!options.Table && options.Python is null);
        return isMeant && !(options.Table && options.Python is not null) ? options : null;
    }

    /// <summary>Whether a row is wanted.</summary>
    public bool Wants(string group, string name) => Filter is null || $"{group}/{name}".Contains(Filter, StringComparison.OrdinalIgnoreCase);

    private static int[]? ParseBatches(string value)
    {
        int?[] batches = [.. value.Split(',').Select(ParsePositive)];
        return batches.Any(batch => batch is null) ? null : [.. batches.Select(batch => batch!.Value)];
    }

    private static int? ParsePositive(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
