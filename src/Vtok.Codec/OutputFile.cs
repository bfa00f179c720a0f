using System.Collections.Concurrent;

namespace Vtok.Codec;

/// <summary>Writes files whole or not at all: to a temporary name in the same folder, flushed, then renamed.</summary>
public static class OutputFile
{
    private static readonly ConcurrentDictionary<string, bool> Unfinished = new();
    private static int _serial;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="bytes">The whole content.</param>
    /// <param name="replace">Whether a file of that name may be replaced.</param>
    /// <param name="cancellation">Checked before the rename; nothing stays behind.</param>
    /// <exception cref="OutputFileException">It exists, or cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool replace = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new OutputFileException(OutputFileError.CannotWrite, "is a folder (name a file)");
        try
        {
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                device.Write(bytes);
                return;
            }
            CheckFree(path, replace);
            var named = new FileInfo(path); // a link stays; what it points to is replaced
            WriteBeside(named.LinkTarget is null ? path : named.ResolveLinkTarget(returnFinalTarget: true)!.FullName, bytes, replace, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw OutputFileException.From(e);
        }
    }

    /// <summary>Refuses a name that is taken, or in a folder that is not there.</summary>
    /// <param name="path">The name.</param>
    /// <param name="replace">Whether a file of that name may be replaced.</param>
    public static void CheckFree(string path, bool replace)
    {
        if (!replace && !IsDevice(path) && File.Exists(path))
            throw new OutputFileException(OutputFileError.Exists, "is there already (--force replaces it)");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path))
            throw new OutputFileException(OutputFileError.CannotWrite, "its folder is not there (create it first)");
    }

    /// <summary>Deletes what unfinished writes have left; for a process that is about to end.</summary>
    public static void Abandon()
    {
        foreach (string temporary in Unfinished.Keys)
            File.Delete(temporary);
    }

    private static void WriteBeside(string path, ReadOnlySpan<byte> bytes, bool replace, CancellationToken cancellation)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string temporary = Path.Combine(folder, $".vtok-{Environment.ProcessId}-{Interlocked.Increment(ref _serial)}.tmp");
        Unfinished[temporary] = true;
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            cancellation.ThrowIfCancellationRequested();
            try
            {
                File.Move(temporary, path, replace);
            }
            catch (IOException) when (!replace && File.Exists(path))
            {
                CheckFree(path, replace); // someone else was faster
            }
        }
        finally
        {
            File.Delete(temporary);
            Unfinished.TryRemove(temporary, out _);
        }
    }

    // Renaming over /dev/stdout or /dev/null would replace the device itself.
    private static bool IsDevice(string path) => !OperatingSystem.IsWindows() && Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal);
}
