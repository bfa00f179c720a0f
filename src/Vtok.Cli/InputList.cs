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
    /// <returns>The inputs; a folder or pattern that holds nothing of the kind is one with a <see cref="InputFile.Problem"/>, since each is tried.</returns>
    public static IReadOnlyList<InputFile> Expand(IEnumerable<string> arguments, Func<string, bool> isWanted)
    {
        List<InputFile> inputs = [.. arguments.SelectMany(a => ExpandOne(a, isWanted))];
        if (inputs.Count(i => i.IsStandardInput) > 1)
            throw new UsageException("- (standard input) can be read only once");
        return inputs;
    }

    private static InputFile[] ExpandOne(string argument, Func<string, bool> isWanted)
    {
        if (argument == "-" || File.Exists(argument))
            return [new InputFile(argument)];
        if (Directory.Exists(argument))
            return Among(argument, argument, isWanted, "no file of the kind is in this folder");
        string name = Path.GetFileName(argument), folder = Path.GetDirectoryName(argument) ?? "";
        return name.AsSpan().ContainsAny('*', '?') && (folder.Length == 0 || Directory.Exists(folder))
            ? Among(argument, folder, path => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(path)), "no file matches")
            : [new InputFile(argument)];
    }

    // Of the present folder (an empty name) the files are called by their names alone.
    private static InputFile[] Among(string argument, string folder, Func<string, bool> isWanted, string otherwise)
    {
        try
        {
            InputFile[] found = [.. Directory.EnumerateFiles(folder.Length == 0 ? "." : folder).Where(isWanted)
                .Select(path => folder.Length == 0 ? Path.GetFileName(path) : path)
                .Order(StringComparer.Ordinal).Select(path => new InputFile(path))];
            return found.Length > 0 ? found : [new InputFile(argument, otherwise)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new InputFile(argument, "this folder cannot be read (check its permissions)")];
        }
    }
}
