using Vtok.Torch;

namespace Vtok.Parity;

/// <summary>Runs our code on golden numbers of the published implementations: 0 nothing fails, 1 something does, 2 usage, 3 no golden folder.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => Run(arguments, Console.Out, Console.Error);

    internal static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (ParityOptions.Parse(arguments) is not { } options)
        {
            errors.WriteLine(ParityOptions.Usage);
            return 2;
        }
        IReadOnlyList<string> entries = GoldenFolder.Walk(options.Folder);
        if (entries.Count == 0)
        {
            errors.WriteLine($"vtok-parity: {options.Folder}: no golden folder (expected case folders with a case.json, or families of them)");
            return 3;
        }
        string[] chosen = [.. entries.Where(entry => Matches(options, ParityCheck.Describe(entry)))];
        if (chosen.Length == 0)
        {
            errors.WriteLine($"vtok-parity: none of {entries.Count} cases has that family and name");
            return 2;
        }
        NativeTorch.Load();
        return RunAll(options, chosen, output);
    }

    private static bool Matches(ParityOptions options, (string Family, string Name) entry) =>
        (options.Family is null || options.Family == entry.Family) && (options.Case is null || options.Case == entry.Name);

    private static int RunAll(ParityOptions options, string[] entries, TextWriter output)
    {
        set_num_threads(1); // golden numbers are those of one thread
        var rows = new List<CaseResult>();
        foreach (string entry in entries)
        {
            rows.Add(ParityCheck.Run(entry));
            if (!options.Json)
                ParityPrinter.Row(rows[^1], output);
        }
        if (options.Json)
            ParityPrinter.Json(rows, output);
        else
            ParityPrinter.Totals(rows, output);
        return rows.Any(row => row.Status == CaseStatus.Fail) ? 1 : 0;
    }
}
