using Vtok.Data;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Training.Titok;

/// <summary>Text features of pictures, a file each: KEY.npy or KEY.safetensors for the picture of that key.</summary>
/// <param name="folder">The folder.</param>
/// <param name="shape">What the decoder reads.</param>
internal sealed class TextFeatureFolder(string folder, TextGuidance shape)
{
    private static readonly string[] Extensions = [".npy", ".safetensors"];

    private readonly string _root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;

    /// <summary>The features of these pictures [B, T, E], float32, in no dispose scope.</summary>
    /// <param name="keys">Keys of the pictures: their paths in the data set without the extension.</param>
    /// <exception cref="DatasetException">A file is missing, damaged or of another shape; it is named.</exception>
    public Tensor Read(IReadOnlyList<string> keys)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([.. keys.Select(ReadOne)]).DetachFromDisposeScope();
    }

    private Tensor ReadOne(string key)
    {
        string stem = Path.GetFullPath(Path.Combine(_root, key));
        string? file = stem.StartsWith(_root, StringComparison.Ordinal) // a key comes from the data: it must not lead out of the folder
            ? Extensions.Select(extension => stem + extension).FirstOrDefault(File.Exists)
            : null;
        if (file is null)
            throw new DatasetException(DatasetError.NotFound, $"{folder}: no text features of the picture \"{key}\"; expected {key}.npy or {key}.safetensors with [{shape.Length}, {shape.Width}]");
        try
        {
            using Tensor features = TextFeatures.Read(file);
            return features.shape.SequenceEqual([1, shape.Length, shape.Width])
                ? features.clone() // into the caller's scope
                : throw new DatasetException(DatasetError.Damaged, $"{file}: text features [{string.Join(", ", features.shape[1..])}], expected [{shape.Length}, {shape.Width}]");
        }
        catch (Exception e) when (e is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Damaged, $"{folder}: text features of the picture \"{key}\": {e.Message}", e);
        }
    }
}
