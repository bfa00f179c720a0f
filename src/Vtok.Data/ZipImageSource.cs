using System.IO.Compression;

namespace Vtok.Data;

/// <summary>All picture files of a zip archive, in the archive's order.</summary>
public sealed class ZipImageSource : ISampleSource
{
    private readonly ZipArchive _archive;
    private readonly Lock _gate = new(); // ZipArchive has one file position
    private readonly ZipArchiveEntry[] _entries;
    private readonly FolderClasses? _classes;

    /// <summary>Opens an archive and lists its pictures.</summary>
    /// <param name="file">The zip file; it stays open until <see cref="Dispose"/>.</param>
    /// <param name="classFromFolder">Whether the first folder names the class: ids in ordinal order, or the names themselves if all are numbers.</param>
    /// <exception cref="DatasetException">The file is not there, is no zip archive, or holds no picture.</exception>
    public ZipImageSource(string file, bool classFromFolder = true)
    {
        Name = file;
        FileStream? stream = null;
        try
        {
            stream = File.OpenRead(file);
            _archive = new ZipArchive(stream, ZipArchiveMode.Read);
            _entries = [.. _archive.Entries.Where(entry => PictureNames.IsPicture(entry.FullName))];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException(DatasetError.NotFound, $"{file}: not there", e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            stream?.Dispose();
            throw new DatasetException(DatasetError.Damaged, $"{file}: not a whole zip archive ({e.Message})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw new DatasetException(DatasetError.Unreadable, $"{file}: {e.Message}", e);
        }
        if (_entries.Length == 0)
        {
            int others = _archive.Entries.Count;
            _archive.Dispose();
            throw new DatasetException(DatasetError.Empty, $"{file}: no picture among {others} entries (expected .jpg, .png, .webp, .avif, .tif or .gif)");
        }
        _classes = classFromFolder ? new FolderClasses(_entries.Select(PathOf)) : null;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _classes?.Names ?? [];

    /// <inheritdoc/>
    public string Locate(int index) => $"{Path.GetFileName(Name)}: {_entries[index].FullName}";

    /// <inheritdoc/>
    public Sample Read(int index)
    {
        ZipArchiveEntry entry = _entries[index];
        if (entry.Length > PictureNames.MaxFileBytes)
            throw new DatasetException(DatasetError.Damaged, $"{Locate(index)}: {entry.Length} bytes, at most {PictureNames.MaxFileBytes} are read");
        byte[] bytes = new byte[entry.Length];
        try
        {
            lock (_gate)
            {
                using Stream stream = entry.Open();
                stream.ReadExactly(bytes);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DatasetException(DatasetError.Damaged, $"{Locate(index)}: {e.Message}", e);
        }
        string path = PathOf(entry);
        return new Sample(PictureNames.Key(path), bytes, _classes?.IdOf(path));
    }

    /// <summary>Closes the archive.</summary>
    public void Dispose() => _archive.Dispose();

    private static string PathOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');
}
