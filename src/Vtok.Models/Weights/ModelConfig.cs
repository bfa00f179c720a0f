using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Models.Weights;

/// <summary>A model's settings: config.json or the authors' YAML, references resolved, read by dotted paths.</summary>
/// <remarks>Every value is checked where it is read; a failure names the file, the path and what was expected.</remarks>
public sealed class ModelConfig
{
    /// <summary>Most bytes of a config that are read.</summary>
    public const int LengthCap = 4 << 20;

    private const int MostDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MostDepth, AllowDuplicateProperties = false };

    private readonly string _file, _prefix;

    private ModelConfig(JsonObject root, string file, string prefix = "") => (Root, _file, _prefix) = (root, file, prefix);

    /// <summary>The tree.</summary>
    public JsonObject Root { get; }

    /// <summary>Reads a config file: YAML by the extensions .yaml and .yml, JSON otherwise.</summary>
    /// <exception cref="CheckpointException">It does not parse, is absurdly large or deep, or holds references that lead nowhere or in a circle.</exception>
    public static ModelConfig Load(string path)
    {
        string file = Path.GetFileName(path);
        byte[] bytes = CheckpointFiles.ReadSmall(path, LengthCap);
        return Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml" ? FromYaml(Utf8(bytes, file), file) : FromJson(bytes, file);
    }

    /// <summary>Parses JSON.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">Its name, for messages.</param>
    public static ModelConfig FromJson(ReadOnlySpan<byte> utf8, string file = "config.json")
    {
        try
        {
            if (utf8.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                utf8 = utf8[3..];
            return FromTree(JsonNode.Parse(utf8, documentOptions: Strict), file);
        }
        catch (JsonException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{file}: not proper JSON near line {e.LineNumber + 1}", e);
        }
        catch (InvalidOperationException e) // found when a string is first read
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{file}: not UTF-8", e);
        }
    }

    /// <summary>Takes a tree that was parsed elsewhere.</summary>
    public static ModelConfig FromJson(JsonElement element, string file = "config") => FromTree(JsonObject.Create(element), file);

    /// <summary>Parses YAML.</summary>
    public static ModelConfig FromYaml(string text, string file = "config.yaml") => FromTree(YamlTree.Parse(text, file, MostDepth), file);

    /// <summary>Whether there is a value other than null.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>The value at a dotted path, or null.</summary>
    public JsonNode? Find(string path)
    {
        JsonNode? node = Root;
        foreach (string step in path.Split('.'))
            node = node is JsonObject owner && owner.TryGetPropertyValue(step, out JsonNode? child) ? child : null;
        return node;
    }

    /// <summary>A part of the settings; its paths begin there, its messages at the root.</summary>
    public ModelConfig Section(string path) =>
        Find(path) is JsonObject section ? new ModelConfig(section, _file, $"{_prefix}{path}.") : throw Wrong(path, "a group of settings");

    /// <summary>A whole number of at least <paramref name="least"/> and at most <paramref name="most"/>; <paramref name="otherwise"/> when it is not there.</summary>
    public int Int(string path, int? otherwise = null, int least = 0, int most = int.MaxValue) => Find(path) switch
    {
        null when otherwise is { } value => value,
        JsonNode node when Whole(node, out int value) && value >= least && value <= most => value,
        _ => throw Wrong(path, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number in {least}..{most}"),
    };

    /// <summary>Whole numbers of at least <paramref name="least"/>.</summary>
    public IReadOnlyList<int> Ints(string path, int least = 0)
    {
        var values = new List<int>();
        if (Find(path) is not JsonArray array)
            throw Wrong(path, "a list of whole numbers");
        foreach (JsonNode? item in array)
            values.Add(Whole(item, out int value) && value >= least ? value : throw Wrong(path, $"a list of whole numbers of at least {least}"));
        return values;
    }

    /// <summary>A finite number.</summary>
    public double Number(string path, double? otherwise = null) => Find(path) switch
    {
        null when otherwise is { } value => value,
        JsonValue node when node.GetValueKind() == JsonValueKind.Number && Real(node) is var value && double.IsFinite(value) => value,
        _ => throw Wrong(path, "a number"),
    };

    /// <summary>True or false.</summary>
    public bool Flag(string path, bool? otherwise = null) => Find(path) switch
    {
        null when otherwise is { } value => value,
        JsonValue node when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => node.GetValue<bool>(),
        _ => throw Wrong(path, "true or false"),
    };

    /// <summary>Text.</summary>
    public string Text(string path, string? otherwise = null) => Find(path) switch
    {
        null when otherwise is { } value => value,
        JsonValue node when node.GetValueKind() == JsonValueKind.String => node.GetValue<string>(),
        _ => throw Wrong(path, "text"),
    };

    /// <summary>A failure about the value at <paramref name="path"/>: what it is and what was expected.</summary>
    public CheckpointException Wrong(string path, string expected)
    {
        string found = Find(path)?.ToJsonString() is { } text ? Printable.Quote(text) : "nothing";
        return new CheckpointException(CheckpointError.BadConfig, $"{_file}: {_prefix}{path}: {found}, expected {expected}");
    }

    // By its text: a value that was made from a whole number does not give itself as another type.
    private static double Real(JsonValue number) => double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool Whole(JsonNode? node, out int value)
    {
        value = 0;
        if (node is not JsonValue number || number.GetValueKind() != JsonValueKind.Number)
            return false;
        double exact = Real(number);
        value = exact is >= int.MinValue and <= int.MaxValue ? (int)exact : 0;
        return value == exact;
    }

    internal static ModelConfig FromTree(JsonNode? tree, string file) => tree is JsonObject root
        ? new ModelConfig(new ConfigReferences(root, file).Resolve(), file)
        : throw new CheckpointException(CheckpointError.BadConfig, $"{file}: expected an object of settings");

    private static string Utf8(byte[] bytes, string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{file}: not UTF-8", e);
        }
    }
}
