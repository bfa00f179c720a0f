using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Models.Weights;

/// <summary>Replaces ${a.b.c} by the value at that path of the root, as OmegaConf does.</summary>
/// <remarks>References with a colon are calls (of the environment, the clock, ...): they are left as text, nothing is called.</remarks>
internal sealed class ConfigReferences(JsonObject root, string file)
{
    private const int MostNodes = 200_000, MostDepth = 128, MostText = 1 << 20;

    private readonly HashSet<string> _open = [];
    private int _nodes, _depth;

    /// <summary>A copy of the tree without references.</summary>
    public JsonObject Resolve() => (JsonObject)Copy(root)!;

    private JsonNode? Copy(JsonNode? node)
    {
        if (++_nodes > MostNodes || _depth >= MostDepth)
            throw Bad(CheckpointError.TooLarge, $"over {MostNodes} values or {MostDepth} levels once references are resolved");
        _depth++;
        JsonNode? copy = node switch
        {
            JsonObject group => new JsonObject(group.Select(member => KeyValuePair.Create(member.Key, Copy(member.Value)))),
            JsonArray list => new JsonArray([.. list.Select(Copy)]),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Expand(value.GetValue<string>()),
            _ => node?.DeepClone(),
        };
        _depth--;
        return copy;
    }

    private JsonNode? Expand(string text)
    {
        if (Reference(text, 0) is (0, int end, string whole) && end == text.Length)
            return Follow(whole, Copy);
        var expanded = new StringBuilder();
        int at = 0;
        while (Reference(text, at) is (int begin, int after, string path))
        {
            expanded.Append(text, at, begin - at).Append(Follow(path, Copy)?.ToString());
            at = after;
            if (expanded.Length > MostText)
                throw Bad(CheckpointError.TooLarge, $"a text over {MostText} characters once references are resolved");
        }
        return JsonValue.Create(expanded.Append(text, at, text.Length - at).ToString());
    }

    /// <summary>The next reference at or after <paramref name="from"/>: where it begins, where it ends, its path.</summary>
    private static (int Begin, int End, string Path)? Reference(string text, int from)
    {
        for (int begin = text.IndexOf("${", from, StringComparison.Ordinal); begin >= 0; begin = text.IndexOf("${", begin + 2, StringComparison.Ordinal))
            if (text.IndexOf('}', begin) is int close and > 0 && text[(begin + 2)..close] is var path && path.AsSpan().IndexOfAny(":${") < 0)
                return (begin, close + 1, path.Trim());
        return null;
    }

    private JsonNode? Follow(string path, Func<JsonNode?, JsonNode?> use)
    {
        if (!_open.Add(path))
            throw Bad(CheckpointError.BadConfig, $"the reference {Printable.Quote(path)} leads back to itself");
        if (_open.Count > MostDepth)
            throw Bad(CheckpointError.TooLarge, $"over {MostDepth} references that lead to one another");
        JsonNode? node = root;
        foreach (string step in path.Split('.'))
        {
            if (node is JsonValue link && link.GetValueKind() == JsonValueKind.String && Reference(link.GetValue<string>(), 0) is (0, _, string onward))
                node = Follow(onward, found => found);
            node = node switch
            {
                JsonObject group when group.TryGetPropertyValue(step, out JsonNode? child) => child,
                JsonArray list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[index],
                _ => throw Bad(CheckpointError.BadConfig, $"the reference {Printable.Quote(path)} leads nowhere (at {Printable.Quote(step)})"),
            };
        }
        node = use(node);
        _open.Remove(path);
        return node;
    }

    private CheckpointException Bad(CheckpointError error, string what) => new(error, $"{file}: {what}");
}
