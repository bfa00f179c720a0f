using System.IO.Enumeration;
using Vtok.Imaging;

namespace Vtok.Cli;

/// <summary>Turns what stands on the command line into inputs: files, folders, patterns and "-".</summary>
internal static class InputList
{
    /// <summary>Whether a file name in a folder looks like a picture; the bytes decide later.</summary>
    public static bool IsPicture(string path) => ImageFormats.FromFileName(path) is not null;

    /// <summary>Whether a file name in a folder looks like a token file.</summary>
    public static bool IsTokenFile(string path) => Path.GetExtension(path).Equals(".vtok", StringComparison.OrdinalIgnoreCase);

    /// <summary>Expands folders (their own files of the wanted kind, not those of subfolders) and patterns that the shell left alone.</summary>
    /// <param name="arguments">As given.</param>
    /// <param name="isWanted">Chooses files of a folder by name.</param>
    /// <exception cref="InputException">A folder or pattern holds nothing of the kind.</exception>
    public static IReadOnlyList<InputFile> Expand(IEnumerable<string> arguments, Func<string, bool> isWanted)
    {
        List<InputFile> inputs = [.. arguments.SelectMany(a => ExpandOne(a, isWanted)).Select(p => new InputFile(p))];
        if (inputs.Count(i => i.IsStandardInput) > 1)
            throw new UsageException("- (standard input) can be read only once");
        return inputs;
    }

    private static List<string> ExpandOne(string argument, Func<string, bool> isWanted)
    {
        if (argument == "-")
            return ["-"];
        if (Directory.Exists(argument))
            return Found(argument, Directory.EnumerateFiles(argument).Where(isWanted), "no file of the kind is in this folder");
        string name = Path.GetFileName(argument), folder = Path.GetDirectoryName(argument) ?? "";
        if (File.Exists(argument) || !name.AsSpan().ContainsAny('*', '?') || !Directory.Exists(folder.Length == 0 ? "." : folder))
            return [argument];
        return Found(argument, Directory.EnumerateFiles(folder.Length == 0 ? "." : folder)
            .Where(p => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(p)))
            .Select(p => folder.Length == 0 ? Path.GetFileName(p) : p), "no file matches");
    }

    private static List<string> Found(string argument, IEnumerable<string> files, string otherwise)
    {
        List<string> found = [.. files.Order(StringComparer.Ordinal)];
        return found.Count > 0 ? found : throw new InputException($"{argument}: {otherwise}");
    }
}
