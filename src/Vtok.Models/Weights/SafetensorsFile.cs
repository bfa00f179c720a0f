namespace Vtok.Models.Weights;

/// <summary>A safetensors file, memory-mapped after its header was checked.</summary>
/// <remarks>Format: eight bytes little endian N, N bytes of JSON, then the tensors without gaps.</remarks>
public sealed class SafetensorsFile : IWeightSource
{
    private readonly MappedFile _mapped;
    private readonly SafetensorsHeader _header;
    private readonly string _name;

    private SafetensorsFile(MappedFile mapped, SafetensorsHeader header, string name) => (_mapped, _header, _name) = (mapped, header, name);

    /// <summary>Opens a file. Tensor data is not touched yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">It is not there, cannot be read, or is not a proper safetensors file.</exception>
    public static SafetensorsFile Open(string path) => Open(path, whole: false);

    /// <summary>Opens a file and reads all of it where it carries a check of its bytes, as what a training saves does.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">As of <see cref="Open(string)"/>, or its bytes are not those that were written.</exception>
    public static SafetensorsFile OpenWhole(string path) => Open(path, whole: true);

    private static SafetensorsFile Open(string path, bool whole)
    {
        string name = Path.GetFileName(path);
        using FileStream stream = CheckpointFiles.OpenRead(path);
        SafetensorsHeader header = SafetensorsHeader.Read(stream, name);
        if (whole && header.Metadata.TryGetValue(SafetensorsCheck.Name, out string? written))
            SafetensorsCheck.Verify(stream, written, name);
        return new SafetensorsFile(new MappedFile(stream), header, name);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc/>
    public Tensor this[string name]
    {
        get
        {
            if (!_header.Entries.TryGetValue(name, out TensorEntry? entry))
                throw new CheckpointException(CheckpointError.Mismatch, $"{_name}: no tensor {Printable.Quote(name)} among the {_header.Entries.Count} of the file");
            return _mapped.Tensor(_header.Offsets[name], entry.Type, [.. entry.Shape]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mapped.Dispose();
}
