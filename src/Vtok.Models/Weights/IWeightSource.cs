namespace Vtok.Models.Weights;

/// <summary>Named tensors of a checkpoint, whatever its file format.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>All tensors by name. Reading this never loads libtorch.</summary>
    IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Text that the file carries beside the tensors; empty for formats without it.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of that name on the CPU, over the file's own pages where the format allows it.</summary>
    /// <remarks>The caller disposes it. It stays valid after the source is disposed. Writing to it changes private copies of the
    /// touched pages, never the file.</remarks>
    /// <exception cref="CheckpointException">There is none of that name.</exception>
    Tensor this[string name] { get; }
}
