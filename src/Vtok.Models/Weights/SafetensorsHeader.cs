using System.Buffers.Binary;
using System.Text.Json;

namespace Vtok.Models.Weights;

/// <summary>The checked header of a safetensors file.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Most bytes of JSON that are read.</summary>
    public const int LengthCap = 100_000_000;

    /// <summary>Most dimensions of a tensor (libtorch itself allows 64 in most operators).</summary>
    private const int MostDimensions = 64;

    private readonly string _file;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly Dictionary<string, long> _offsets = [];
    private readonly List<(long Begin, long End, string Name)> _ranges = [];

    private SafetensorsHeader(string file) => _file = file;

    /// <summary>Tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>Text beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>First byte of each tensor, counted from the begin of the file.</summary>
    public IReadOnlyDictionary<string, long> Offsets => _offsets;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="stream">The file, at its begin.</param>
    /// <param name="file">Its name, for messages.</param>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        var header = new SafetensorsHeader(file);
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < 8)
            throw header.Malformed($"{stream.Length} bytes; a safetensors file has at least 8");
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LengthCap)
            throw new CheckpointException(CheckpointError.TooLarge, $"{file}: header of {length} bytes, at most {LengthCap} are read (is this a safetensors file?)");
        long dataBegin = 8 + (long)length;
        if (dataBegin > stream.Length)
            throw header.Malformed($"the header ends at byte {dataBegin}, the file at {stream.Length} (cut short?)");
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        header.Parse(json);
        header.CheckRanges(dataBegin, stream.Length);
        return header;
    }

    private CheckpointException Malformed(string what) => new(CheckpointError.Malformed, $"{_file}: {what}");

    private void Parse(byte[] json)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
            throw Malformed("the header is not a JSON object");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            while (NextName(ref reader, "header") is { } name)
            {
                reader.Read();
                if (name == "__metadata__")
                    ParseMetadata(ref reader);
                else
                    ParseEntry(ref reader, name);
            }
            if (reader.Read())
                throw Malformed("text after the header's JSON object");
        }
        catch (JsonException e)
        {
            throw new CheckpointException(CheckpointError.Malformed, $"{_file}: the header is not proper JSON (byte {e.BytePositionInLine})", e);
        }
        catch (InvalidOperationException e) // a string that is not UTF-8
        {
            throw new CheckpointException(CheckpointError.Malformed, $"{_file}: the header holds text that is not UTF-8", e);
        }
    }

    private string? NextName(ref Utf8JsonReader reader, string what)
    {
        if (!reader.Read())
            throw Malformed($"{what}: ends early");
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject || _metadata.Count > 0)
            throw Malformed("__metadata__ must be one object");
        while (NextName(ref reader, "__metadata__") is { } name)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Malformed($"__metadata__.{Quote(name)}: {reader.TokenType}, expected a string");
            if (!_metadata.TryAdd(name, reader.GetString()!))
                throw Malformed($"__metadata__.{Quote(name)} is there twice");
        }
    }

    private void ParseEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Malformed($"{Quote(name)}: {reader.TokenType}, expected an object");
        string? typeName = null;
        List<long>? shape = null, range = null;
        while (NextName(ref reader, Quote(name)) is { } member)
        {
            reader.Read();
            bool first = member switch
            {
                "dtype" => typeName is null && reader.TokenType == JsonTokenType.String && (typeName = reader.GetString()) is not null,
                "shape" => shape is null && (shape = Numbers(ref reader, name, member, MostDimensions)) is not null,
                "data_offsets" => range is null && (range = Numbers(ref reader, name, member, 2)) is not null,
                _ => throw Malformed($"{Quote(name)}: unknown member {Quote(member)}"),
            };
            if (!first)
                throw Malformed($"{Quote(name)}: bad or repeated {member}");
        }
        if (typeName is null || shape is null || range is not [long begin, long end])
            throw Malformed($"{Quote(name)}: dtype, shape and two data_offsets are needed");
        if (!TensorTypes.TryParse(typeName, out ScalarType type))
            throw new CheckpointException(CheckpointError.Unsupported, $"{_file}: {Quote(name)}: type {Quote(typeName)}, known are {TensorTypes.Known}");
        UInt128 bytes = (UInt128)TensorTypes.SizeOf(type);
        foreach (long size in shape)
            bytes = bytes <= long.MaxValue ? bytes * (UInt128)Math.Max(size, 1) : bytes; // an absurd shape stays absurd beside a size of 0
        if (bytes <= long.MaxValue && shape.Contains(0))
            bytes = 0;
        if (end < begin || bytes != (UInt128)(end - begin))
            throw Malformed($"{Quote(name)}: {typeName} [{string.Join(", ", shape)}] does not fit data_offsets [{begin}, {end}]");
        if (!_entries.TryAdd(name, new TensorEntry(type, shape)))
            throw Malformed($"{Quote(name)} is there twice");
        _ranges.Add((begin, end, name));
    }

    private List<long> Numbers(ref Utf8JsonReader reader, string name, string member, int most)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Malformed($"{Quote(name)}: {member} must be an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || numbers.Count == most)
                throw Malformed($"{Quote(name)}: {member} must be at most {most} whole numbers from 0");
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>The tensors must fill the file from the header's end to its last byte, each byte once.</summary>
    private void CheckRanges(long dataBegin, long fileLength)
    {
        long dataLength = fileLength - dataBegin, expected = 0;
        _ranges.Sort();
        foreach ((long begin, long end, string name) in _ranges)
        {
            if (end > dataLength)
                throw Malformed($"{Quote(name)} ends at byte {end} of the data, which has {dataLength} (cut short?)");
            if (begin != expected)
                throw Malformed($"{Quote(name)} begins at byte {begin} of the data, expected {expected} ({(begin < expected ? "overlap" : "gap")})");
            expected = end;
            _offsets[name] = dataBegin + begin;
        }
        if (expected != dataLength)
            throw Malformed($"{dataLength - expected} bytes after the last tensor");
    }

    private static string Quote(string text) => Printable.Quote(text);
}
