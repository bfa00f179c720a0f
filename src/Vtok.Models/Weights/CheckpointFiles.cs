namespace Vtok.Models.Weights;

/// <summary>Opening and replacing files, with failures as <see cref="CheckpointException"/>.</summary>
internal static class CheckpointFiles
{
    /// <summary>Opens a file for reading.</summary>
    public static FileStream OpenRead(string path)
    {
        string name = Path.GetFileName(path);
        if (Directory.Exists(path))
            throw new CheckpointException(CheckpointError.Unreadable, $"{name}: a folder, expected a file");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException(CheckpointError.Missing, $"{name}: not found", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(CheckpointError.Unreadable, $"{name}: cannot be read ({FirstLine(e.Message)})", e);
        }
    }

    /// <summary>Full paths of the files of a folder, in ascending order of name.</summary>
    public static string[] List(string folder)
    {
        try
        {
            return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(CheckpointError.Unreadable, $"{Path.GetFileName(folder)}: cannot be read ({FirstLine(e.Message)})", e);
        }
    }

    /// <summary>Makes a folder and those above it where they are missing.</summary>
    public static void CreateFolder(string folder) => Guarded(folder, () => Directory.CreateDirectory(folder));

    /// <summary>Deletes a file where it is there.</summary>
    public static void Delete(string path) => Guarded(path, () => File.Delete(path));

    /// <summary>Length of a file in bytes.</summary>
    public static long LengthOf(string path)
    {
        using FileStream stream = OpenRead(path);
        return stream.Length;
    }

    /// <summary>Reads a text or table file of at most <paramref name="limit"/> bytes.</summary>
    public static byte[] ReadSmall(string path, int limit)
    {
        using FileStream stream = OpenRead(path);
        if (stream.Length > limit)
            throw new CheckpointException(CheckpointError.TooLarge, $"{Path.GetFileName(path)}: {stream.Length} bytes, at most {limit} are read");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Writes to a temporary name beside <paramref name="path"/>, flushes to the disk and renames; nothing half-written stays.</summary>
    public static void Replace(string path, Action<FileStream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" }) // the last: what a file system's size limit becomes
        {
            throw new CheckpointException(CheckpointError.CannotWrite, $"{Path.GetFileName(path)}: cannot be written ({FirstLine(e.Message)})", e);
        }
        finally
        {
            if (File.Exists(temporary)) // without its folder Delete throws, which would hide what failed
                File.Delete(temporary);
        }
    }

    private static void Guarded(string path, Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(CheckpointError.CannotWrite, $"{Path.GetFileName(path)}: cannot be written ({FirstLine(e.Message)})", e);
        }
    }

    private static string FirstLine(string message) => message.Split('\n')[0].Trim();
}
