using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Training.Recipes;

/// <summary>Reads one object of a recipe value by value, collecting faults instead of stopping at the first, and keeping the values that hold.</summary>
/// <remarks>The keys that were asked for are the known ones; whatever else is there is a fault that names the nearest known key.</remarks>
public sealed class RecipeSection
{
    private readonly JsonObject _source;
    private readonly string _path;
    private readonly List<RecipeFault> _faults;
    private readonly RecipePlaces _places;
    private readonly List<string> _known = [];
    private readonly List<RecipeSection> _children = [];

    internal RecipeSection(JsonObject source, string path, List<RecipeFault> faults, RecipePlaces places) => (_source, _path, _faults, _places) = (source, path, faults, places);

    /// <summary>The values that hold, defaults included, in the order of asking.</summary>
    internal JsonObject Resolved { get; } = [];

    /// <summary>A number in a range.</summary>
    public double Number(string name, double fallback, double least, double most)
        => Keep(name, Find(name) is { } node ? AsNumber(node, name, fallback, least, most) : fallback);

    /// <summary>A whole number in a range.</summary>
    public int Integer(string name, int fallback, int least, int most)
        => Keep(name, Find(name) is { } node ? AsInteger(node, Path(name), fallback, least, most) : fallback);

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool fallback)
    {
        if (Find(name) is not { } node)
            return Keep(name, fallback);
        if (node is JsonValue value && value.TryGetValue(out bool found))
            return Keep(name, found);
        Fault(name, $"expected true or false, found {Short(node)}");
        return Keep(name, fallback);
    }

    /// <summary>A text; null when it is absent and there is no fallback.</summary>
    public string? Text(string name, string? fallback = null)
    {
        if (Find(name) is not { } node)
            return Keep(name, fallback);
        if (node is JsonValue value && value.TryGetValue(out string? found))
            return Keep(name, found);
        Fault(name, $"expected a text, found {Short(node)}");
        return Keep(name, fallback);
    }

    /// <summary>A file or folder: its full path where it is found from the current folder, beside the recipe or from a folder above it.</summary>
    /// <remarks>"none" stays that word.</remarks>
    public string? File(string name, string? fallback = null) => Text(name, fallback) is { Length: > 0 } path and not "none" ? Keep(name, _places.Find(path)) : Text(name, fallback);

    /// <summary>A file or folder that must be named.</summary>
    public string RequiredFile(string name) => RequiredText(name) is { Length: > 0 } path ? Keep(name, _places.Find(path)) : "";

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name)
    {
        if (Find(name) is null)
            Fault(name, "is missing");
        return Text(name) ?? "";
    }

    /// <summary>One of several words.</summary>
    public string Choice(string name, string fallback, params IReadOnlyList<string> choices)
    {
        string value = Text(name, fallback) ?? fallback;
        if (choices.Contains(value))
            return value;
        Fault(name, $"\"{value}\" is unknown; {Expected(value, choices)}");
        return fallback;
    }

    /// <summary>One of several words that must be there; null, and a fault, where it is none of them.</summary>
    public string? RequiredChoice(string name, params IReadOnlyList<string> choices)
    {
        if (Find(name) is null)
            Fault(name, $"is missing; known: {string.Join(", ", choices)}");
        if (Text(name) is not { } value)
            return null;
        if (choices.Contains(value))
            return value;
        Fault(name, $"\"{value}\" is unknown; {Expected(value, choices)}");
        return null;
    }

    /// <summary>A list of whole numbers, each in a range.</summary>
    public IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int least, int most)
    {
        IReadOnlyList<int> values = fallback;
        if (Find(name) is JsonArray { Count: > 0 } array)
            values = [.. array.Select((node, i) => AsInteger(node, $"{Path(name)}[{i}]", least, least, most))];
        else if (Find(name) is { } node)
            Fault(name, $"expected a list of whole numbers, found {Short(node)}");
        Resolved[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        return values;
    }

    /// <summary>An object inside this one; an absent one is empty.</summary>
    public RecipeSection Section(string name)
    {
        JsonNode? node = Find(name);
        if (node is not null and not JsonObject)
            Fault(name, $"expected an object, found {Short(node)}");
        var child = new RecipeSection(node as JsonObject ?? [], Path(name), _faults, _places);
        _children.Add(child);
        Resolved[name] = child.Resolved;
        return child;
    }

    /// <summary>Lets an object be whatever it is, where nobody can say what belongs into it.</summary>
    internal void LeaveUnread(string name) => Find(name);

    /// <summary>Adds a fault of a value that is wrong for a reason the reader cannot see.</summary>
    public void Fault(string name, string message) => _faults.Add(new RecipeFault(Path(name), message));

    /// <summary>Names every key that nobody asked for, here and below.</summary>
    internal void Close()
    {
        foreach ((string key, JsonNode? _) in _source)
            if (!_known.Contains(key))
                Fault(key, $"is unknown; {Expected(key, _known)}");
        foreach (RecipeSection child in _children)
            child.Close();
    }

    private JsonNode? Find(string name)
    {
        if (!_known.Contains(name))
            _known.Add(name);
        return _source[name];
    }

    private T Keep<T>(string name, T value)
    {
        Resolved[name] = JsonValue.Create(value);
        return value;
    }

    private double AsNumber(JsonNode node, string name, double fallback, double least, double most)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && number >= least && number <= most)
            return number;
        Fault(name, string.Create(CultureInfo.InvariantCulture, $"expected a number from {least:R} to {most:R}, found {Short(node)}"));
        return fallback;
    }

    private int AsInteger(JsonNode? node, string path, int fallback, int least, int most)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && number == Math.Floor(number) && number >= least && number <= most)
            return (int)number; // 1e4 is as good as 10000
        _faults.Add(new RecipeFault(path, $"expected a whole number from {least} to {most}, found {Short(node)}"));
        return fallback;
    }

    private string Path(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private static string Short(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= 40 ? text : text[..37] + "...";
    }

    private static string Expected(string found, IReadOnlyList<string> known)
    {
        if (known.Count == 0)
            return "nothing is expected here";
        string nearest = known.MinBy(name => EditDistance.Between(found, name))!;
        return EditDistance.Between(found, nearest) <= Math.Max(2, found.Length / 3)
            ? $"did you mean \"{nearest}\"?"
            : $"known: {string.Join(", ", known)}";
    }
}
