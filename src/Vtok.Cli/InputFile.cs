using Vtok.Codec;

namespace Vtok.Cli;

/// <summary>An input: a file, or standard input when <paramref name="Path"/> is "-".</summary>
/// <param name="Path">As the user wrote it, or as found in a folder.</param>
/// <param name="Problem">Why it stands for no file: a folder or pattern that holds nothing; null for all others.</param>
internal sealed record InputFile(string Path, string? Problem = null)
{
    public bool IsStandardInput => Path == "-";

    /// <summary>What messages call it.</summary>
    public string Name => IsStandardInput ? "standard input" : Path;

    /// <summary>File name without extension.</summary>
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>False when it certainly is not there.</summary>
    public bool MayExist => Problem is null && (IsStandardInput || File.Exists(Path));

    /// <summary>Reads all of it, but never more than the limit.</summary>
    /// <param name="console">Where standard input comes from.</param>
    /// <param name="limit">Most bytes accepted.</param>
    /// <exception cref="InputException">Missing, unreadable, or longer than the limit.</exception>
    public byte[] Read(CliConsole console, long limit)
    {
        if (Problem is not null)
            throw new InputException(Problem);
        try
        {
            if (IsStandardInput)
                return Task.Run(() => ReadAll(console.Input, limit), console.Cancellation).WaitAsync(console.Cancellation).GetAwaiter().GetResult();
            if (Directory.Exists(Path))
                throw new InputException("is a folder, not a file");
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            if (file.CanSeek && file.Length > limit)
                throw TooLong(limit);
            return ReadAll(file, limit);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(Path.Contains('\uFFFD', StringComparison.Ordinal) ? "is not there under this name, which is not UTF-8 (rename it, or give it as standard input)" : "is not there", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException("may not be read (check its permissions)", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException or ObjectDisposedException)
        {
            throw new InputException($"cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static byte[] ReadAll(Stream stream, long limit)
    {
        using var bytes = new MemoryStream(stream.CanSeek ? (int)Math.Min(stream.Length - stream.Position, limit) : 0);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > limit)
                throw TooLong(limit);
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }

    private static InputException TooLong(long limit) => new($"is longer than {limit} bytes (--max-bytes raises the limit)");
}
