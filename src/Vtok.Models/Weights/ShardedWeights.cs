using System.Text.Json;

namespace Vtok.Models.Weights;

/// <summary>Several safetensors files under one index (model.safetensors.index.json).</summary>
public sealed class ShardedWeights : IWeightSource
{
    private const int IndexCap = 64 << 20, MostShards = 1024;

    private readonly Dictionary<string, SafetensorsFile> _owners = [];
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly List<SafetensorsFile> _shards = [];

    private ShardedWeights()
    {
    }

    /// <summary>Opens an index and all its shards, which lie beside it.</summary>
    /// <exception cref="CheckpointException">The index or a shard is not proper, or they do not agree.</exception>
    public static ShardedWeights Open(string indexPath)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!, index = Path.GetFileName(indexPath);
        var weights = new ShardedWeights();
        try
        {
            foreach (IGrouping<string, string> shard in ReadIndex(indexPath).GroupBy(pair => pair.Value, pair => pair.Key))
                weights.Add(SafetensorsFile.Open(Path.Combine(folder, shard.Key)), [.. shard], shard.Key, index);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public Tensor this[string name] => _owners.TryGetValue(name, out SafetensorsFile? owner)
        ? owner[name]
        : throw new CheckpointException(CheckpointError.Mismatch, $"no tensor {Printable.Quote(name)} among the {_entries.Count} of the index");

    /// <summary>Full paths of the shards that an index names, in ascending order of file name.</summary>
    internal static IReadOnlyList<string> ShardsOf(string indexPath)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!;
        return [.. ReadIndex(indexPath).Values.Distinct().Order(StringComparer.Ordinal).Select(name => Path.Combine(folder, name))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile shard in _shards)
            shard.Dispose();
    }

    private void Add(SafetensorsFile shard, string[] listed, string file, string index)
    {
        _shards.Add(shard);
        foreach (string name in listed)
            if (!shard.Entries.ContainsKey(name))
                throw new CheckpointException(CheckpointError.Malformed, $"{index}: {Printable.Quote(name)} is not in {file}");
        foreach ((string name, TensorEntry entry) in shard.Entries)
        {
            if (!_entries.TryAdd(name, entry))
                throw new CheckpointException(CheckpointError.Malformed, $"{index}: {Printable.Quote(name)} is in several shards");
            _owners.Add(name, shard);
        }
    }

    private static Dictionary<string, string> ReadIndex(string indexPath)
    {
        string index = Path.GetFileName(indexPath);
        var map = new Dictionary<string, string>();
        try
        {
            using JsonDocument json = JsonDocument.Parse(CheckpointFiles.ReadSmall(indexPath, IndexCap), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out JsonElement table) || table.ValueKind != JsonValueKind.Object)
                throw new CheckpointException(CheckpointError.Malformed, $"{index}: no weight_map");
            foreach (JsonProperty row in table.EnumerateObject())
                map.Add(row.Name, ShardName(row.Value, index));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException(CheckpointError.Malformed, $"{index}: not proper JSON", e);
        }
        int shards = map.Values.Distinct().Count();
        return shards is > 0 and <= MostShards ? map : throw new CheckpointException(CheckpointError.Malformed, $"{index}: {shards} shards, expected 1 to {MostShards}");
    }

    /// <summary>Shards lie beside the index: a name with a path in it is refused.</summary>
    private static string ShardName(JsonElement value, string index) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } name && name.EndsWith(".safetensors", StringComparison.Ordinal)
            && name.AsSpan().IndexOfAny("/\\:") < 0 && !name.Any(char.IsControl) && name[0] != '.'
            ? name : throw new CheckpointException(CheckpointError.Malformed, $"{index}: {Printable.Quote(value.ToString())} is no plain name of a .safetensors file");
}
