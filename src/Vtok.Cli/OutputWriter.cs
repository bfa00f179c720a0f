using Vtok.Codec;

namespace Vtok.Cli;

/// <summary>Writes the result of each input to where it belongs.</summary>
internal sealed class OutputWriter
{
    private readonly CliConsole _console;
    private readonly Dictionary<InputFile, string> _plan;
    private readonly bool _replace;

    /// <param name="console">Where standard output is.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="output">Value of -o, or null.</param>
    /// <param name="extension">Extension of results, with its dot.</param>
    /// <param name="replace">Whether --force was given.</param>
    /// <param name="json">Whether standard output is taken by --json.</param>
    public OutputWriter(CliConsole console, IReadOnlyList<InputFile> inputs, string? output, string extension, bool replace, bool json)
    {
        IReadOnlyList<string> plan = OutputPlan.Create(inputs, output, extension);
        if (json && plan is [OutputPlan.StandardOutput])
            throw new UsageException("--json and the result cannot both go to standard output (name a file with -o)");
        if (output is not null && Path.EndsInDirectorySeparator(output) && !Directory.Exists(output))
            throw new OutputFileException(OutputFileError.CannotWrite, $"{output}: this folder is not there (create it first)");
        (_console, _replace) = (console, replace);
        _plan = inputs.Zip(plan).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>Where the result of an input goes.</summary>
    public string PathOf(InputFile input) => _plan[input];

    /// <summary>Refuses an output that exists, before any work is spent on it.</summary>
    public void CheckFree(InputFile input) => About(input, path => OutputFile.CheckFree(path, _replace));

    /// <summary>Writes the result of an input.</summary>
    /// <returns>Where it went.</returns>
    public string Write(InputFile input, byte[] bytes)
    {
        string path = _plan[input];
        if (path == OutputPlan.StandardOutput)
            _console.Write(bytes);
        else
            About(input, p => OutputFile.Write(p, bytes, _replace, _console.Cancellation));
        return path;
    }

    // A refusal is about the output, which the user may not have named.
    private void About(InputFile input, Action<string> action)
    {
        string path = _plan[input];
        if (path == OutputPlan.StandardOutput)
            return;
        try
        {
            action(path);
        }
        catch (OutputFileException e)
        {
            throw new OutputFileException(e.Reason, $"{path}: {e.Message}", e);
        }
    }
}
