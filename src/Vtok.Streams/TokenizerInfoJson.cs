using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vtok.Streams;

/// <summary>The canonical JSON of the key, and tokenizer.json: the same members with name, length of the weights and key.</summary>
internal static class TokenizerInfoJson
{
    private static readonly JsonWriterOptions CanonicalForm = new() { Indented = false };

    // Line ends are LF everywhere, so the file is the same on every platform. Names of people's models are shown as they are.
    private static readonly JsonWriterOptions FileForm = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static byte[] WriteCanonical(TokenizerInfo info) => Write(CanonicalForm, json => WriteMembers(json, info));

    public static byte[] Write(TokenizerInfo info) => Write(FileForm, json =>
    {
        json.WriteString("name", info.Name);
        json.WriteString("key", Convert.ToHexStringLower(SHA256.HashData(WriteCanonical(info))));
        WriteMembers(json, info);
        WriteNumberOrNull(json, "weightsLength", info.WeightsLength);
    });

    public static TokenizerInfo Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > VtokLimits.DescriptionBytes)
            throw Bad($"{utf8.Length} bytes, expected at most {VtokLimits.DescriptionBytes}");
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray(), Strict);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new TokenFileException(TokenFileError.BadDescription, $"tokenizer.json: not valid JSON near line {e.LineNumber + 1}", e);
        }
    }

    private static byte[] Write(JsonWriterOptions form, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, form))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    // In order of code point: the canonical form depends on it.
    private static void WriteMembers(Utf8JsonWriter json, TokenizerInfo info)
    {
        WriteNumberOrNull(json, "factor", info.Factor);
        json.WriteString("family", info.Family);
        WriteNumbers(json, "lengths", info.Lengths);
        if (info.IsGrid)
            json.WriteNull("native");
        else
            WriteNumbers(json, "native", [info.NativeWidth!.Value, info.NativeHeight!.Value]);
        json.WriteString("order", NameOf(info.Order));
        json.WriteStartObject("preprocessing");
        json.WriteNumber("antialias", info.Preprocessing.Antialias ? 1 : 0);
        json.WriteString("filter", info.Preprocessing.Filter);
        WriteNumbers(json, "mean", info.Preprocessing.Mean);
        WriteNumbers(json, "std", info.Preprocessing.Std);
        json.WriteEndObject();
        json.WriteString("prior", info.Prior);
        json.WriteStartArray("vocabulary");
        foreach (VocabularyRun run in info.Vocabulary.Runs)
        {
            json.WriteStartArray();
            json.WriteNumberValue(run.Size);
            json.WriteNumberValue(run.Positions);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteString("weights", info.Weights);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteNumberOrNull(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static TokenizerInfo Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Bad($"a JSON {root.ValueKind}, expected an object");
        JsonElement preprocessing = Member(root, "preprocessing", JsonValueKind.Object);
        JsonElement factor = Member(root, "factor", JsonValueKind.Number, JsonValueKind.Null);
        JsonElement prior = Member(root, "prior", JsonValueKind.String, JsonValueKind.Null);
        JsonElement size = Member(root, "native", JsonValueKind.Array, JsonValueKind.Null);
        int[]? native = size.ValueKind == JsonValueKind.Array ? Numbers(size, "native") : null;
        if (native is not null && native.Length != 2)
            throw Bad($"native: {native.Length} numbers, expected width and height");
        List<VocabularyRun> runs = ReadRuns(Member(root, "vocabulary", JsonValueKind.Array));
        if (ImageVocabulary.FindProblem(runs) is { } problem)
            throw Bad(problem);

        var info = new TokenizerInfo
        {
            Name = Text(root, "name"),
            Family = Text(root, "family"),
            Order = OrderOf(Text(root, "order")),
            Vocabulary = new ImageVocabulary(runs),
            Lengths = Numbers(Member(root, "lengths", JsonValueKind.Array), "lengths"),
            NativeWidth = native?[0],
            NativeHeight = native?[1],
            Factor = factor.ValueKind == JsonValueKind.Number ? Number(factor, "factor") : null,
            Preprocessing = new ImagePreprocessing
            {
                Filter = Text(preprocessing, "filter"),
                Antialias = Number(Member(preprocessing, "antialias", JsonValueKind.Number), "antialias") switch
                {
                    0 => false,
                    1 => true,
                    int other => throw Bad($"antialias: {other}, expected 0 or 1"),
                },
                Mean = Numbers(Member(preprocessing, "mean", JsonValueKind.Array), "mean"),
                Std = Numbers(Member(preprocessing, "std", JsonValueKind.Array), "std"),
            },
            Prior = prior.ValueKind == JsonValueKind.String ? Text(root, "prior") : null,
            Weights = Text(root, "weights"),
            WeightsLength = ReadWeightsLength(Member(root, "weightsLength", JsonValueKind.Number, JsonValueKind.Null)),
        };
        if (info.FindProblem() is { } contradiction)
            throw Bad(contradiction);
        string key = Convert.ToHexStringLower(info.ComputeKey());
        if (Text(root, "key") != key)
            throw Bad($"key: not {key}, which the other members give; the file was edited: delete it to have it derived anew");
        return info;
    }

    private static List<VocabularyRun> ReadRuns(JsonElement array)
    {
        var runs = new List<VocabularyRun>();
        foreach (JsonElement item in array.EnumerateArray())
        {
            int[] run = item.ValueKind == JsonValueKind.Array ? Numbers(item, "vocabulary") : [];
            if (run.Length != 2)
                throw Bad($"vocabulary[{runs.Count}]: expected [size,positions]");
            runs.Add(new VocabularyRun(run[0], run[1]));
        }
        return runs;
    }

    private static long? ReadWeightsLength(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        return value.TryGetInt64(out long length) ? length : throw Bad($"weightsLength: {Shown(value)}, expected a whole number");
    }

    private static JsonElement Member(JsonElement parent, string name, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!parent.TryGetProperty(name, out JsonElement value))
            throw Bad($"\"{name}\" is missing");
        if (!kinds.Contains(value.ValueKind))
            throw Bad($"{name}: a JSON {value.ValueKind}, expected {string.Join(" or ", kinds.ToArray())}");
        return value;
    }

    private static string Text(JsonElement parent, string name)
    {
        try
        {
            return Member(parent, name, JsonValueKind.String).GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8: valid JSON to the parser, not a text.
            throw new TokenFileException(TokenFileError.BadDescription, $"tokenizer.json: {name}: not valid text", e);
        }
    }

    private static int[] Numbers(JsonElement array, string name)
    {
        int count = array.GetArrayLength();
        if (count > VtokLimits.DescriptionEntries)
            throw Bad($"{name}: {count} entries, expected at most {VtokLimits.DescriptionEntries}");
        var numbers = new int[count];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
            numbers[i++] = Number(item, name);
        return numbers;
    }

    private static int Number(JsonElement value, string name)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw Bad($"{name}: {Shown(value)}, expected a whole number below 2^31");

    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 32 ? text : text[..32] + "...";
    }

    private static string NameOf(TokenOrder order) => order switch
    {
        TokenOrder.Nested => "nested",
        TokenOrder.Scales => "scales",
        TokenOrder.Causal => "causal",
        TokenOrder.Raster => "raster",
        _ => "set",
    };

    private static TokenOrder OrderOf(string name) => name switch
    {
        "nested" => TokenOrder.Nested,
        "scales" => TokenOrder.Scales,
        "causal" => TokenOrder.Causal,
        "raster" => TokenOrder.Raster,
        "set" => TokenOrder.Set,
        _ => throw Bad("order: expected nested, scales, causal, raster or set"),
    };

    private static TokenFileException Bad(string problem) => new(TokenFileError.BadDescription, $"tokenizer.json: {problem}");
}
