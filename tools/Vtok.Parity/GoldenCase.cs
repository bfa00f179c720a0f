using System.Text.Json;
using Vtok.Models.Weights;

namespace Vtok.Parity;

/// <summary>One folder of golden numbers: case.json, io.safetensors and, for most, weights.safetensors.</summary>
public sealed class GoldenCase : IDisposable
{
    private readonly JsonElement _case;
    private readonly SafetensorsFile? _io;
    private SafetensorsFile? _weights;

    private GoldenCase(string folder, JsonElement json)
    {
        _case = json;
        Folder = folder;
        string io = Path.Combine(folder, "io.safetensors");
        _io = File.Exists(io) ? SafetensorsFile.Open(io) : null;
        OutputNames = _io is null ? [] : [.. _io.Entries.Keys.Where(name => !name.StartsWith("in.", StringComparison.Ordinal)).Select(ShortName).Order(StringComparer.Ordinal)];
    }

    /// <summary>Opens a case folder.</summary>
    public static GoldenCase Open(string folder) => new(folder, GoldenFiles.ReadJson(Path.Combine(folder, "case.json")));

    /// <summary>Family, such as "titok".</summary>
    public string Family => Text("family");

    /// <summary>Kind, such as "tokenizer".</summary>
    public string Kind => Text("kind");

    /// <summary>Name of the folder.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));

    /// <summary>Settings, as the published code takes them.</summary>
    public JsonElement Config => _case.GetProperty("config");

    /// <summary>All of case.json, for members that only some kinds have ("decayed", ...).</summary>
    public JsonElement Case => _case;

    /// <summary>The case's folder.</summary>
    public string Folder { get; }

    /// <summary>Every expected tensor: outputs without "out.", others ("grad.x", "after.x") as they are.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>Whether the case gives an input of that name (without "in.").</summary>
    public bool HasInput(string name) => _io?.Entries.ContainsKey("in." + name) ?? false;

    /// <summary>An input by its name without "in.".</summary>
    public Tensor Input(string name) => Stored("in." + name);

    /// <summary>The inputs name.0, name.1, ... in this order.</summary>
    public IReadOnlyList<Tensor> Inputs(string name)
    {
        var list = new List<Tensor>();
        while (HasInput($"{name}.{list.Count}"))
            list.Add(Input($"{name}.{list.Count}"));
        return list;
    }

    /// <summary>Whether the case expects a tensor of that name.</summary>
    public bool HasExpected(string name) => _io is not null && (_io.Entries.ContainsKey("out." + name) || IsBare(name));

    /// <summary>An expected tensor: an output without "out.", or "grad.x", "after.x".</summary>
    public Tensor Expected(string name) => Stored(IsBare(name) ? name : "out." + name);

    /// <summary>Whether the case has weights of its own or names a file with them.</summary>
    public bool HasWeights => WeightsFile() is not null;

    /// <summary>The case's weights under their published names; owned by the case.</summary>
    /// <exception cref="MissingWeightsException">The file that the case names is in none of the folders above it.</exception>
    public IWeightSource Weights => _weights ??= SafetensorsFile.Open(
        WeightsFile() is { } file ? GoldenFiles.Find(Folder, file) : throw new InvalidOperationException("the case has no weights"));

    /// <summary>The largest absolute error that the case allows for a tensor, or null when it does not say.</summary>
    /// <remarks>A tensor's own entry wins over that of its list ("x" for "x.0"), and that over the longest prefix ("grad.*").</remarks>
    public double? Tolerance(string name)
    {
        if (!_case.TryGetProperty("tolerances", out JsonElement tolerances))
            return null;
        for (string key = name; ;)
        {
            if (Number(tolerances, key) is { } own)
                return own;
            int dot = key.LastIndexOf('.');
            if (dot < 0 || !key[(dot + 1)..].All(char.IsAsciiDigit))
                break;
            key = key[..dot];
        }
        for (int dot = name.LastIndexOf('.'); dot >= 0; dot = dot == 0 ? -1 : name.LastIndexOf('.', dot - 1))
            if (Number(tolerances, name[..dot] + ".*") is { } prefix)
                return prefix;
        return Number(tolerances, "*");
    }

    /// <summary>What the case allows beside the absolute error, as a share of the expected value; 0 for nearly all.</summary>
    public double RelativeTolerance => Number(_case, "relative_tolerance") ?? 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _io?.Dispose();
        _weights?.Dispose();
    }

    private static double? Number(JsonElement owner, string key) =>
        owner.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string ShortName(string stored) => stored.StartsWith("out.", StringComparison.Ordinal) ? stored[4..] : stored;

    private string Text(string member) => _case.GetProperty(member).GetString()!;

    private bool IsBare(string name) => !name.StartsWith("in.", StringComparison.Ordinal) && !name.StartsWith("out.", StringComparison.Ordinal) && _io!.Entries.ContainsKey(name);

    private string? WeightsFile() =>
        File.Exists(Path.Combine(Folder, "weights.safetensors")) ? "weights.safetensors"
        : _case.TryGetProperty("weights", out JsonElement named) && named.GetString() is { } file and not "none" ? file : null;

    private Tensor Stored(string key) => (_io ?? throw new InvalidOperationException("the case has no io.safetensors"))[key];
}
