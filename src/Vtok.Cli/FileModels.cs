using Vtok.Codec;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>Reads token files with the model that --model names, or else with the one that each file's key names.</summary>
internal sealed class FileModels(ModelStore store, string? named)
{
    private readonly Dictionary<uint, ModelEntry> _byKey = [];
    private readonly Lazy<ModelEntry>? _named = named is null ? null : new(() => ModelSession.Find(store, named));

    public VtokFile Read(ReadOnlySpan<byte> bytes, out ModelEntry entry)
    {
        VtokHeader header = VtokReader.IdentifyChecked(bytes);
        entry = _named?.Value ?? Find(header.Key);
        return VtokReader.Read(bytes, entry.Info);
    }

    private ModelEntry Find(uint key)
    {
        if (!_byKey.TryGetValue(key, out ModelEntry? entry))
            _byKey[key] = entry = store.Find(key);
        return entry;
    }
}
