namespace Vtok.Data;

/// <summary>The files that a data set's name stands for.</summary>
internal static class ShardFiles
{
    /// <summary>Whether a name stands for files of an ending: such a file, a pattern of them, or a folder that holds some directly.</summary>
    /// <exception cref="DatasetException">The folder cannot be read.</exception>
    public static bool Are(string name, string extension) => Directory.Exists(name)
        ? Listed(name, "*" + extension).Length > 0
        : name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The files in order: those of a folder, of a brace pattern, or of a pattern with * or ? in its last part.</summary>
    /// <exception cref="DatasetException">The pattern does not parse or matches nothing, or the folder is not there.</exception>
    public static IReadOnlyList<string> Find(string name, string extension)
    {
        if (Directory.Exists(name))
            return Listed(name, "*" + extension) is { Length: > 0 } inside ? inside : throw new DatasetException(DatasetError.Empty, $"{name}: no {extension} file in this folder");
        return [.. BracePattern.Expand(name).SelectMany(Matches)];
    }

    /// <summary>Refuses what has no length, before it is opened: opening a pipe that nobody writes to never ends, and shards are read at any place.</summary>
    /// <exception cref="DatasetException">It is empty, a pipe or a device.</exception>
    public static void RefusePipe(string file)
    {
        var found = new FileInfo(file);
        if ((found.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? found) is { Exists: true, Length: 0 })
            throw new DatasetException(DatasetError.Truncated, $"{file}: ends at offset 0: empty, a pipe or a device, expected a file (write what comes out of a pipe to the disk first)");
    }

    private static IReadOnlyList<string> Matches(string name)
    {
        string last = Path.GetFileName(name);
        if (last.AsSpan().IndexOfAny('*', '?') < 0)
            return [name];
        string folder = Path.GetDirectoryName(name) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(folder))
            throw new DatasetException(DatasetError.NotFound, $"{name}: {folder} is not a folder");
        return Listed(folder, last) is { Length: > 0 } found ? found : throw new DatasetException(DatasetError.NotFound, $"{name}: matches no file");
    }

    private static string[] Listed(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{folder}: {e.Message}", e);
        }
    }
}
