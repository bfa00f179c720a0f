using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Vtok.Models.Weights;

/// <summary>YAML as a tree of JSON nodes, with bounds on depth and on what aliases expand to. Tags never make objects.</summary>
internal sealed partial class YamlTree
{
    private const int MostNodes = 200_000, MostAliases = 10_000;

    private readonly Parser _parser;
    private readonly string _file;
    private readonly int _mostDepth;
    private readonly Dictionary<string, (JsonNode? Node, int Nodes)> _anchors = [];
    private int _nodes, _aliases;

    private YamlTree(string text, string file, int mostDepth) => (_parser, _file, _mostDepth) = (new Parser(new StringReader(text)), file, mostDepth);

    /// <summary>Parses one document.</summary>
    public static JsonNode? Parse(string text, string file, int mostDepth)
    {
        var tree = new YamlTree(text, file, mostDepth);
        try
        {
            return tree.Document();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException) // the scanner has paths that throw these for damaged text
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{file}: not proper YAML", e);
        }
        catch (YamlException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{file}: not proper YAML at line {e.Start.Line}: {Printable.Quote(e.Message)}", e);
        }
    }

    private JsonNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return null;
        _parser.Consume<DocumentStart>();
        JsonNode? node = Node(0);
        _parser.Consume<DocumentEnd>();
        return _parser.Accept<StreamEnd>(out _) ? node : throw Bad("more than one document");
    }

    private JsonNode? Node(int depth)
    {
        if (depth > _mostDepth)
            throw Bad($"more than {_mostDepth} levels deep");
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias) && alias is not null)
            return Alias(alias.Value.Value);
        int before = _nodes;
        Count(1);
        NodeEvent start = _parser.Accept<NodeEvent>(out NodeEvent? next) && next is not null ? next : throw Bad($"unexpected {_parser.Current?.GetType().Name}");
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific && !start.Tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal) || start.Tag.ToString().Contains("python", StringComparison.Ordinal))
            throw Bad($"tag {Printable.Quote(start.Tag.ToString())} is not allowed");
        JsonNode? node = start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => Sequence(depth),
            _ => Plain(_parser.Consume<Scalar>()),
        };
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = (node, _nodes - before);
        return node;
    }

    private JsonNode? Alias(string name)
    {
        if (++_aliases > MostAliases)
            throw Bad($"more than {MostAliases} aliases");
        if (!_anchors.TryGetValue(name, out (JsonNode? Node, int Nodes) target))
            throw Bad($"alias {Printable.Quote(name)} names nothing before it");
        Count(target.Nodes);
        return target.Node?.DeepClone();
    }

    private JsonObject Mapping(int depth)
    {
        _parser.Consume<MappingStart>();
        var group = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out Scalar? key) || key is null)
                throw Bad("a key that is no plain text");
            if (key.Value == "<<" && key.Style == ScalarStyle.Plain)
                throw Bad("merge keys (<<) are not read");
            if (!group.TryAdd(key.Value, Node(depth + 1)))
                throw Bad($"key {Printable.Quote(key.Value)} is there twice");
        }
        return group;
    }

    private JsonArray Sequence(int depth)
    {
        _parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            list.Add(Node(depth + 1));
        return list;
    }

    /// <summary>Plain scalars as PyYAML and OmegaConf read them; what looks like no number, truth value or null is text.</summary>
    private static JsonValue? Plain(Scalar scalar)
    {
        string text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str")
            return JsonValue.Create(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL": return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON": return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF": return JsonValue.Create(false);
        }
        if (WholeNumber().IsMatch(text) && long.TryParse(text.Replace("_", ""), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return JsonValue.Create(whole);
        if (RealNumber().IsMatch(text) && double.TryParse(text.Replace("_", ""), NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real))
            return JsonValue.Create(real);
        return JsonValue.Create(text);
    }

    [GeneratedRegex(@"\A[-+]?(0|[1-9][0-9_]*)\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\A[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex RealNumber();

    private void Count(int nodes)
    {
        if ((_nodes += nodes) > MostNodes)
            throw new CheckpointException(CheckpointError.TooLarge, $"{_file}: over {MostNodes} values once aliases are expanded");
    }

    private CheckpointException Bad(string what) => new(CheckpointError.BadConfig, $"{_file}: {what} (line {_parser.Current?.Start.Line})");
}
