using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>Text features for text-aware decoders, from a file; the text tower itself is not part of this toolkit.</summary>
public static class TextFeatures
{
    private const int MaxNpyBytes = 1 << 28;

    /// <summary>Reads the one array of a NumPy file (.npy) or of a safetensors file, [T, E] or [B, T, E], as [1 or B, T, E] float32; the caller disposes it.</summary>
    /// <param name="path">The file, such as ln_final of CLIP ViT-L/14-336 at all 77 positions for the published models.</param>
    /// <exception cref="CheckpointException">The file is missing, damaged or holds something else.</exception>
    public static Tensor Read(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? NpyFile.Read(path, MaxNpyBytes) : ReadSafetensors(path);
        return Batched(features, path);
    }

    /// <summary>The same of the bytes of a NumPy file.</summary>
    /// <param name="npy">The bytes.</param>
    /// <param name="name">What a message calls them.</param>
    /// <exception cref="CheckpointException">They are damaged or hold something else.</exception>
    public static Tensor Read(ReadOnlySpan<byte> npy, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        return Batched(NpyFile.Parse(npy, name), name);
    }

    private static Tensor Batched(Tensor features, string path)
    {
        if (features.ndim is not (2 or 3))
            throw Unexpected(path);
        Tensor batched = features.ndim == 2 ? features.unsqueeze(0) : features;
        return batched.DetachFromDisposeScope(); // [1 or B, T, E]
    }

    private static Tensor ReadSafetensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (file.Entries.Count != 1 || file.Entries.First().Value.Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64))
            throw Unexpected(path);
        return file[file.Entries.First().Key].to(ScalarType.Float32).clone();
    }

    private static CheckpointException Unexpected(string path) => new(CheckpointError.Unsupported,
        $"{Path.GetFileName(path)}: expected one floating-point tensor [T, E] or [B, T, E] (text features)");
}
