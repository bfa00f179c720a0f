using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Vtok.Data;

/// <summary>WebDataset shards: tar archives whose members of one key, the name up to the first dot, are one sample.</summary>
/// <remarks>Picture: .jpg, .jpeg, .png or .webp. Class: .cls, or "label" or "cls" in .json. Caption: .txt, or "caption" or "text" in .json.
/// Features, where they are wanted: .npy. Samples without a picture are passed over and counted. The shards stay open; reading seeks, so any order costs the same.</remarks>
public sealed class WebDatasetSource : ISampleSource
{
    private static readonly HashSet<string> Pictures = ["jpg", "jpeg", "png", "webp"];
    private static readonly HashSet<string> Fields = [.. Pictures, "cls", "txt", "json", "npy"];

    private readonly List<SafeFileHandle> _shards = [];
    private readonly List<string> _names = [];
    private readonly List<Entry> _entries = [];
    private readonly List<DatasetException> _damaged = [];
    private readonly bool _features;

    private sealed record Entry(int Shard, string Key)
    {
        public TarMember? Picture { get; set; }

        public TarMember? Class { get; set; }

        public TarMember? Text { get; set; }

        public TarMember? Json { get; set; }

        public TarMember? Array { get; set; }
    }

    /// <summary>Opens shards and reads their headers once.</summary>
    /// <param name="pattern">A .tar file, a brace or wildcard pattern of them, or a folder with .tar files.</param>
    /// <param name="truncated">What to do with a shard that is cut short.</param>
    /// <param name="features">Whether every sample must have features; without, they are not read.</param>
    /// <exception cref="DatasetException">A shard is missing, cut short or damaged, there is no picture in any, or a picture has no features.</exception>
    public WebDatasetSource(string pattern, TruncatedShards truncated = TruncatedShards.Refuse, bool features = false)
    {
        (Name, _features) = (pattern, features);
        try
        {
            foreach (string shard in ShardFiles.Find(pattern, ".tar"))
                AddShard(shard, truncated);
            if (_entries.Count == 0)
                throw new DatasetException(DatasetError.Empty, $"{pattern}: no sample with a .jpg, .jpeg, .png or .webp in {_shards.Count} shards");
            if (features)
            {
                HashSet<string> with = [.. _entries.Where(entry => entry.Array is not null).Select(entry => entry.Key)];
                FeatureFiles.RequireAll(pattern, [.. _entries.Select(entry => entry.Key)], with.Contains);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => [];

    /// <summary>Samples that have no picture.</summary>
    public int WithoutPicture { get; private set; }

    /// <summary>Shards of which only the whole samples are used, each with its fault.</summary>
    public IReadOnlyList<DatasetException> DamagedShards => _damaged;

    /// <inheritdoc/>
    public string Locate(int index) => $"{_names[_entries[index].Shard]}: {_entries[index].Picture!.Value.Name}";

    /// <inheritdoc/>
    public string? KeyOf(int index) => _entries[index].Key;

    /// <inheritdoc/>
    public Sample Read(int index)
    {
        Entry entry = _entries[index];
        byte[] picture = ReadMember(entry.Shard, entry.Picture!.Value);
        int? classId = entry.Class is { } cls ? ParseClass(entry.Shard, cls) : null;
        string? caption = entry.Text is { } text ? Encoding.UTF8.GetString(ReadMember(entry.Shard, text)).Trim() : null;
        if (entry.Json is { } json)
            ReadJson(entry.Shard, json, ref classId, ref caption);
        return new Sample(entry.Key, picture, classId, caption, _features ? (ReadOnlyMemory<byte>?)ReadMember(entry.Shard, entry.Array!.Value) : null);
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose() => _shards.ForEach(shard => shard.Dispose());

    private void AddShard(string path, TruncatedShards truncated)
    {
        int shard = _shards.Count;
        try
        {
            ShardFiles.RefusePipe(path);
            _shards.Add(File.OpenHandle(path, options: FileOptions.RandomAccess));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException(DatasetError.NotFound, $"{path}: not there", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{path}: {e.Message}", e);
        }
        _names.Add(Path.GetFileName(path));
        TarIndex index = TarIndex.Scan(_shards[shard], path);
        if (index.Fault is { } fault)
        {
            if (truncated == TruncatedShards.Refuse)
                throw fault;
            _damaged.Add(fault);
        }
        List<Entry> samples = Group(shard, path, index.Members);
        if (index.Fault is not null && samples.Count > 0)
            samples.RemoveAt(samples.Count - 1); // its other members may be in the part that is gone
        _entries.AddRange(samples.Where(entry => entry.Picture is not null));
        WithoutPicture += samples.Count(entry => entry.Picture is null);
    }

    private static List<Entry> Group(int shard, string path, IReadOnlyList<TarMember> members)
    {
        List<Entry> samples = [];
        Dictionary<string, Entry> byKey = new(StringComparer.Ordinal);
        foreach (TarMember member in members)
        {
            int dot = member.Name.IndexOf('.', member.Name.LastIndexOf('/') + 1);
            string field = dot < 0 ? "" : member.Name[(dot + 1)..].ToLowerInvariant();
            if (!Fields.Contains(field))
                continue;
            string key = member.Name[..dot];
            if (!byKey.TryGetValue(key, out Entry? entry))
                samples.Add(byKey[key] = entry = new Entry(shard, key));
            if (!Put(entry, field, member))
                throw new DatasetException(DatasetError.Damaged, $"{path}: two members for the same part of sample '{key}', the second at offset {member.Offset}");
        }
        return samples;
    }

    private static bool Put(Entry entry, string field, TarMember member)
    {
        bool free;
        switch (field)
        {
            case "cls": (free, entry.Class) = (entry.Class is null, member); break;
            case "txt": (free, entry.Text) = (entry.Text is null, member); break;
            case "json": (free, entry.Json) = (entry.Json is null, member); break;
            case "npy": (free, entry.Array) = (entry.Array is null, member); break;
            default: (free, entry.Picture) = (entry.Picture is null, member); break;
        }
        return free;
    }

    private byte[] ReadMember(int shard, TarMember member)
    {
        if (member.Length > PictureNames.MaxFileBytes)
            throw new DatasetException(DatasetError.Damaged, $"{_names[shard]}: {member.Name} has {member.Length} bytes, at most {PictureNames.MaxFileBytes} are read");
        byte[] bytes = new byte[member.Length];
        int done = 0;
        while (done < bytes.Length)
        {
            int read = ReadAt(shard, bytes.AsSpan(done), member.Offset + done);
            if (read == 0)
                throw new DatasetException(DatasetError.Truncated, $"{_names[shard]}: became shorter than offset {member.Offset + done} while in use");
            done += read;
        }
        return bytes;
    }

    private int ReadAt(int shard, Span<byte> bytes, long offset)
    {
        try
        {
            return RandomAccess.Read(_shards[shard], bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{_names[shard]}: {e.Message}", e);
        }
    }

    private int ParseClass(int shard, TarMember member)
    {
        string text = Encoding.UTF8.GetString(ReadMember(shard, member)).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : throw new DatasetException(DatasetError.BadLabel, $"{_names[shard]}: {member.Name} is not a class number of 0 or more");
    }

    private void ReadJson(int shard, TarMember member, ref int? classId, ref string? caption)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadMember(shard, member));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("not an object");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name is "label" or "cls" && property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int id) && id >= 0)
                    classId ??= id;
                else if (property.Name is "caption" or "text" && property.Value.ValueKind == JsonValueKind.String)
                    caption ??= property.Value.GetString();
            }
        }
        catch (JsonException e)
        {
            throw new DatasetException(DatasetError.BadLabel, $"{_names[shard]}: {member.Name} is not a JSON object", e);
        }
    }
}
