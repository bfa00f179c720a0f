namespace Vtok.Data;

/// <summary>All picture files below a folder, in ordinal order of their relative paths.</summary>
/// <remarks>A text file of the same stem beside a picture is its caption. Hidden files are passed over. Links are followed, but no folder is entered twice.</remarks>
public sealed class ImageFolderSource : ISampleSource
{
    private readonly string _folder;
    private readonly string[] _paths;
    private readonly HashSet<string> _captions;
    private readonly FolderClasses? _classes;
    private readonly bool _features;

    /// <summary>Lists the pictures of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="classFromFolder">Whether the first folder below it names the class: ids in ordinal order, or the names themselves if all are numbers.</param>
    /// <param name="features">Whether every picture must have features, a .npy file of the same stem; without, they are not read.</param>
    /// <exception cref="DatasetException">The folder is not there, cannot be read, or holds no picture, or a picture has no features.</exception>
    public ImageFolderSource(string folder, bool classFromFolder = false, bool features = false)
    {
        _folder = Path.GetFullPath(folder);
        string[] all = ListFiles(folder);
        _paths = [.. all.Where(PictureNames.IsPicture).Order(StringComparer.Ordinal)];
        if (_paths.Length == 0)
        {
            string hint = Array.Find(all, file => Path.GetExtension(file) is ".tar" or ".parquet") is { } shard ? $"; for {shard} give the folder that it lies in" : "";
            throw new DatasetException(DatasetError.Empty, $"{folder}: no picture among {all.Length} files (expected .jpg, .png, .webp, .avif, .tif or .gif{hint})");
        }
        _captions = [.. all.Where(path => path.EndsWith(".txt", StringComparison.Ordinal)).Select(PictureNames.Key)];
        _classes = classFromFolder ? new FolderClasses(_paths) : null;
        _features = features;
        if (features)
        {
            HashSet<string> with = [.. all.Where(path => path.EndsWith(FeatureFiles.Extension, StringComparison.Ordinal)).Select(PictureNames.Key)];
            FeatureFiles.RequireAll(folder, [.. _paths.Select(PictureNames.Key)], with.Contains);
        }
    }

    /// <inheritdoc/>
    public string Name => _folder;

    /// <inheritdoc/>
    public int Count => _paths.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _classes?.Names ?? [];

    /// <inheritdoc/>
    public string Locate(int index) => _paths[index];

    /// <inheritdoc/>
    public string? KeyOf(int index) => PictureNames.Key(_paths[index]);

    /// <inheritdoc/>
    public Sample Read(int index)
    {
        string path = _paths[index];
        string key = PictureNames.Key(path);
        try
        {
            byte[] picture = ReadAll(path);
            string? caption = _captions.Contains(key) ? new StreamReader(new MemoryStream(ReadAll(key + ".txt"))).ReadToEnd().Trim() : null;
            ReadOnlyMemory<byte>? features = _features ? (ReadOnlyMemory<byte>?)ReadAll(key + FeatureFiles.Extension) : null;
            return new Sample(key, picture, _classes?.IdOf(path), caption, features);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{path}: " + e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "is not there (a link that leads nowhere?)",
                UnauthorizedAccessException => "may not be read (check its permissions)",
                _ => e.Message,
            }, e);
        }
    }

    private byte[] ReadAll(string path)
    {
        var file = new FileInfo(Path.Combine(_folder, path));
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file.Length switch
        {
            0 => [], // also of pipes and devices, which would be read for ever
            > PictureNames.MaxFileBytes => throw new DatasetException(DatasetError.Damaged, $"{path}: {file.Length} bytes, at most {PictureNames.MaxFileBytes} are read"),
            _ => File.ReadAllBytes(file.FullName),
        };
    }

    /// <summary>Nothing is held open.</summary>
    public void Dispose() { }

    private static string[] ListFiles(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DatasetException(DatasetError.NotFound, File.Exists(folder) ? $"{folder}: not a folder (pictures come in a folder, a .zip, .tar shards or .parquet tables)" : $"{folder}: is not there");
        try
        {
            return [.. FolderFiles.Below(folder)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{folder}: {e.Message}", e);
        }
    }
}
