namespace Vtok.Data;

/// <summary>Opens a data set by what its path looks like.</summary>
public static class SampleSource
{
    /// <summary>Opens a .zip, a .tar or brace pattern of them, a folder with .tar shards, or a folder of pictures.</summary>
    /// <param name="path">The data set; a folder that holds .tar files directly is taken for shards.</param>
    /// <param name="classFromFolder">Whether folders of pictures (and of a zip) name classes.</param>
    /// <param name="truncated">What to do with a shard that is cut short.</param>
    /// <exception cref="DatasetException">It is not there, damaged, or holds no picture.</exception>
    public static ISampleSource Open(string path, bool classFromFolder = false, TruncatedShards truncated = TruncatedShards.Refuse)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return new ZipImageSource(path, classFromFolder);
        bool isShards = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.tar").Any()
            : path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);
        return isShards ? new WebDatasetSource(path, truncated) : new ImageFolderSource(path, classFromFolder);
    }
}
