using Vtok.Data;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Training.Titok;

/// <summary>Text features of pictures: from a folder of their own, or from the data that hold the pictures.</summary>
/// <param name="shape">What the decoder reads.</param>
/// <param name="folder">The folder, with KEY.npy or KEY.safetensors for the picture of that key; null where they come with the pictures.</param>
internal sealed class PictureText(TextGuidance shape, string? folder)
{
    private static readonly string[] Extensions = [".npy", ".safetensors"];

    private readonly string _root = folder is null ? "" : Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    /// <summary>Opens a data set, with its features where they come with the pictures.</summary>
    /// <exception cref="DatasetException">The data is refused, or a picture whose key is known without reading it has no features; the first is named.</exception>
    public ISampleSource Open(string data)
    {
        ISampleSource pictures = SampleSource.Open(data, features: folder is null);
        try
        {
            RequireAll(pictures);
            return pictures;
        }
        catch
        {
            pictures.Dispose();
            throw;
        }
    }

    /// <summary>The features of pictures [B, T, E], float32, in no dispose scope.</summary>
    /// <param name="keys">Keys of the pictures.</param>
    /// <param name="arrays">What the data hold beside each.</param>
    /// <exception cref="DatasetException">An array is missing, damaged or of another shape; it is named.</exception>
    public Tensor Read(IReadOnlyList<string> keys, IReadOnlyList<ReadOnlyMemory<byte>?> arrays)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([.. keys.Select((key, i) => ReadOne(key, arrays[i]))]).DetachFromDisposeScope();
    }

    private void RequireAll(ISampleSource pictures)
    {
        if (folder is null)
            return;
        if (!Directory.Exists(folder))
            throw new DatasetException(DatasetError.NotFound, $"{folder}: not there; expected a folder of text features");
        HashSet<string> there = [.. Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file))).Select(file => file[..^Path.GetExtension(file).Length])];
        if (Enumerable.Range(0, pictures.Count).Select(pictures.KeyOf).FirstOrDefault(key => key is not null && !there.Contains(Stem(key))) is { } missing)
            throw Missing(missing);
    }

    private Tensor ReadOne(string key, ReadOnlyMemory<byte>? array)
    {
        string? file = folder is null ? null : Find(key) ?? throw Missing(key);
        try
        {
            using Tensor features = file is null ? TextFeatures.Read((array ?? throw Missing(key)).Span, $"features of \"{key}\"") : TextFeatures.Read(file);
            return features.shape.SequenceEqual([1, shape.Length, shape.Width])
                ? features.clone() // into the caller's scope
                : throw new DatasetException(DatasetError.Damaged,
                    $"{file ?? $"picture \"{key}\""}: text features [{string.Join(", ", features.shape[1..])}], expected [{shape.Length}, {shape.Width}]");
        }
        catch (Exception e) when (e is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Damaged, $"{folder ?? "the data"}: text features of the picture \"{key}\": {e.Message}", e);
        }
    }

    private string? Find(string key)
    {
        string stem = Stem(key);
        return stem.StartsWith(_root, StringComparison.Ordinal) // a key comes from the data: it must not lead out of the folder
            ? Extensions.Select(extension => stem + extension).FirstOrDefault(File.Exists)
            : null;
    }

    private string Stem(string key) => Path.GetFullPath(Path.Combine(_root, key));

    private DatasetException Missing(string key) => new(DatasetError.NoFeatures,
        $"{folder ?? "the data"}: no text features of the picture \"{key}\"; expected {key}.npy{(folder is null ? "" : $" or {key}.safetensors")} with [{shape.Length}, {shape.Width}]");
}
