using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>A model folder that a <see cref="ModelStore"/> knows.</summary>
/// <param name="Name">Name of the folder.</param>
/// <param name="Folder">Its full path.</param>
/// <param name="Info">Description of its tokens.</param>
public sealed record ModelEntry(string Name, string Folder, TokenizerInfo Info)
{
    private readonly Lazy<uint> _key = new(Info.ComputeFileKey);

    /// <summary>The four bytes that name the model in files, big endian.</summary>
    public uint Key => _key.Value;
}
