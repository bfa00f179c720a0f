using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>An object of a config file, with the path to it for messages.</summary>
internal readonly struct ConfigSection(JsonObject members, string path)
{
    /// <summary>The object at <paramref name="name"/>, or null when it is absent.</summary>
    public ConfigSection? Optional(string name) => members[name] switch
    {
        null => null,
        JsonObject child => new ConfigSection(child, Path(name)),
        _ => throw Wrong(name, "an object"),
    };

    public ConfigSection Section(string name) => Optional(name) ?? throw Missing(name);

    public bool Has(string name) => members[name] is not null;

    public IEnumerable<string> Names => members.Select(member => member.Key);

    public int Number(string name, int? otherwise = null) => members[name] switch
    {
        null => otherwise ?? throw Missing(name),
        JsonValue value when value.TryGetValue(out double number) && number == Math.Truncate(number) && Math.Abs(number) < int.MaxValue => (int)number,
        _ => throw Wrong(name, "a whole number"),
    };

    public double Real(string name, double? otherwise = null) => members[name] switch
    {
        null => otherwise ?? throw Missing(name),
        JsonValue value when value.TryGetValue(out double number) => number,
        _ => throw Wrong(name, "a number"),
    };

    public bool Flag(string name, bool? otherwise = null) => members[name] switch
    {
        null => otherwise ?? throw Missing(name),
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => throw Wrong(name, "true or false"),
    };

    public string Text(string name, string? otherwise = null) => members[name] switch
    {
        null => otherwise ?? throw Missing(name),
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => throw Wrong(name, "a text"),
    };

    public IReadOnlyList<int> Numbers(string name, IReadOnlyList<int> otherwise)
    {
        if (members[name] is null)
            return otherwise;
        if (members[name] is not JsonArray list || list.Any(item => item is not JsonValue value || !value.TryGetValue(out int _)))
            throw Wrong(name, "a list of whole numbers");
        return [.. list.Select(item => item!.GetValue<int>())];
    }

    public CheckpointException Wrong(string name, string expected) =>
        new(CheckpointError.BadConfig, $"config: {Path(name)}: {Shown(members[name])}, expected {expected}");

    private CheckpointException Missing(string name) => new(CheckpointError.BadConfig, $"config: {Path(name)}: missing");

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Shown(JsonNode? node)
    {
        string text = JsonSerializer.Serialize(node); // escapes control characters
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}
