using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>Text features for text-aware decoders, from a file; the text tower itself is not part of this toolkit.</summary>
public static class TextFeatures
{
    /// <summary>Reads the one tensor of a safetensors file, [T, E] or [B, T, E], as [1 or B, T, E] float32; the caller disposes it.</summary>
    /// <param name="path">The file, such as ln_final of CLIP ViT-L/14-336 at all 77 positions for the published models.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds something else.</exception>
    public static Tensor Read(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (file.Entries.Count != 1 || file.Entries.First() is not { Value.Shape.Count: 2 or 3 } entry || file.Entries.First().Value.Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64))
            throw new CheckpointException(CheckpointError.Unsupported, $"{Path.GetFileName(path)}: expected one floating-point tensor [T, E] or [B, T, E] (text features)");
        using DisposeScope scope = NewDisposeScope();
        Tensor stored = file[entry.Key];
        Tensor batched = stored.ndim == 2 ? stored.unsqueeze(0) : stored;
        return batched.to(ScalarType.Float32).clone().DetachFromDisposeScope(); // [1 or B, T, E]
    }
}
