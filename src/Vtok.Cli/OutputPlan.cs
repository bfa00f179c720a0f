namespace Vtok.Cli;

/// <summary>Where the result of each input goes.</summary>
internal static class OutputPlan
{
    /// <summary>Standard output.</summary>
    public const string StandardOutput = "-";

    /// <summary>Refuses a name that promises another format than the PNG that will be in it.</summary>
    /// <param name="path">The file, or a folder for it.</param>
    /// <exception cref="UsageException">It ends otherwise.</exception>
    public static string RequirePng(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is "" or ".png" || Directory.Exists(path) ? path : throw new UsageException($"{path}: a PNG is drawn (use a name that ends in .png)");

    /// <summary>Names the outputs: the file or folder of -o, else beside each input; standard input goes to standard output.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="output">Value of -o, or null.</param>
    /// <param name="extension">Extension of results, with its dot.</param>
    /// <exception cref="UsageException">Several inputs into one file, or two inputs of one stem.</exception>
    public static IReadOnlyList<string> Create(IReadOnlyList<InputFile> inputs, string? output, string extension)
    {
        if (output == StandardOutput || (output is null && inputs is [{ IsStandardInput: true }]))
            return inputs.Count == 1 ? [StandardOutput] : throw new UsageException($"-o - takes one input, not {inputs.Count}");
        bool intoFolder = output is not null && (Directory.Exists(output) || Path.EndsInDirectorySeparator(output));
        if (output is not null && !intoFolder)
            return inputs.Count == 1 ? [output] : throw new UsageException($"{output} is not a folder; with {inputs.Count} inputs -o names one that exists");
        if (inputs.Any(i => i.IsStandardInput))
            throw new UsageException("standard input has no name to keep: give one with -o, and no other input");
        var plan = inputs.Select(i => Path.Combine(intoFolder ? output! : Path.GetDirectoryName(i.Path) ?? "", i.Stem + extension)).ToList();
        if (plan.GroupBy(Path.GetFullPath).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UsageException($"two inputs would both be written to {twice.First()} (encode them apart)");
        return plan;
    }
}
