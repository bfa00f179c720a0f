using System.IO.Compression;

namespace Vtok.Data;

/// <summary>All picture files of a zip archive, in the archive's order.</summary>
public sealed class ZipImageSource : ISampleSource
{
    private readonly ZipArchive _archive;
    private readonly Lock _gate = new(); // ZipArchive has one file position
    private readonly ZipArchiveEntry[] _entries;
    private readonly FolderClasses? _classes;
    private readonly Dictionary<string, ZipArchiveEntry>? _features; // by key; null where they are not wanted

    /// <summary>Opens an archive and lists its pictures.</summary>
    /// <param name="file">The zip file; it stays open until <see cref="Dispose"/>.</param>
    /// <param name="classFromFolder">Whether the first folder names the class: ids in ordinal order, or the names themselves if all are numbers.</param>
    /// <param name="features">Whether every picture must have features, a .npy entry of the same stem; without, they are not read.</param>
    /// <exception cref="DatasetException">The file is not there, is no zip archive, or holds no picture, or a picture has no features.</exception>
    public ZipImageSource(string file, bool classFromFolder = true, bool features = false)
    {
        Name = file;
        FileStream? stream = null;
        try
        {
            ShardFiles.RefusePipe(file);
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
        if (!features)
            return;
        _features = _archive.Entries.Where(entry => entry.FullName.EndsWith(FeatureFiles.Extension, StringComparison.Ordinal))
            .GroupBy(entry => PictureNames.Key(PathOf(entry))).ToDictionary(group => group.Key, group => group.First());
        try
        {
            FeatureFiles.RequireAll(file, [.. _entries.Select(entry => PictureNames.Key(PathOf(entry)))], _features.ContainsKey);
        }
        catch
        {
            Dispose();
            throw;
        }
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
    public string? KeyOf(int index) => PictureNames.Key(PathOf(_entries[index]));

    /// <inheritdoc/>
    public Sample Read(int index)
    {
        string path = PathOf(_entries[index]), key = PictureNames.Key(path);
        ReadOnlyMemory<byte>? features = _features is null ? null : (ReadOnlyMemory<byte>?)ReadEntry(_features[key], index);
        return new Sample(key, ReadEntry(_entries[index], index), _classes?.IdOf(path), Features: features);
    }

    private byte[] ReadEntry(ZipArchiveEntry entry, int index)
    {
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
        return bytes;
    }

    /// <summary>Closes the archive.</summary>
    public void Dispose() => _archive.Dispose();

    private static string PathOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');
}
