using System.Text.Json;

namespace Vtok.Parity;

/// <summary>A table of the names and shapes of a published model.</summary>
public sealed class Manifest
{
    private Manifest(string path, JsonElement root)
    {
        Path = path;
        Root = root;
        Parameters = Shapes("parameters");
        Buffers = Shapes("buffers");
    }

    /// <summary>Reads a manifest.</summary>
    public static Manifest Open(string path) => new(path, GoldenFiles.ReadJson(path));

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The family: the folder that the file lies in.</summary>
    public string Family => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)))!;

    /// <summary>The file's name without extension, such as "manifest-titok-l32".</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>All of the file.</summary>
    public JsonElement Root { get; }

    /// <summary>The published config.</summary>
    public JsonElement Config => Root.GetProperty("config");

    /// <summary>Shapes of the parameters by published name.</summary>
    public IReadOnlyDictionary<string, long[]> Parameters { get; }

    /// <summary>Shapes of the persistent buffers by published name.</summary>
    public IReadOnlyDictionary<string, long[]> Buffers { get; }

    private Dictionary<string, long[]> Shapes(string member)
    {
        var shapes = new Dictionary<string, long[]>();
        if (Root.TryGetProperty(member, out JsonElement table))
            foreach (JsonProperty row in table.EnumerateObject())
                shapes.Add(row.Name, [.. row.Value.EnumerateArray().Select(size => size.GetInt64())]);
        return shapes;
    }
}
