namespace Vtok.Data;

/// <summary>Opens a data set by what its path looks like.</summary>
public static class SampleSource
{
    /// <summary>Opens a .zip, .tar shards or .parquet tables (a file, a brace or wildcard pattern, a folder of them), or a folder of pictures.</summary>
    /// <param name="path">The data set; a folder that holds .tar or .parquet files directly is taken for shards or tables.</param>
    /// <param name="classFromFolder">Whether folders of pictures (and of a zip) name classes.</param>
    /// <param name="truncated">What to do with a shard that is cut short.</param>
    /// <param name="features">Whether every picture must have an array of features: KEY.npy beside it, in tables the column "text_features".</param>
    /// <exception cref="DatasetException">It is not there, damaged, or holds no picture; or a picture has no features.</exception>
    public static ISampleSource Open(string path, bool classFromFolder = false, TruncatedShards truncated = TruncatedShards.Refuse, bool features = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return new ZipImageSource(path, classFromFolder, features);
        if (ShardFiles.Are(path, ".tar"))
            return new WebDatasetSource(path, truncated, features);
        return ShardFiles.Are(path, ".parquet") ? new ParquetImageSource(path, features: features) : new ImageFolderSource(path, classFromFolder, features);
    }
}
