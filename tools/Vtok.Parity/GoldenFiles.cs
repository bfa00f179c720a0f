using System.Text.Json;

namespace Vtok.Parity;

/// <summary>Reading the JSON of a golden folder and finding files that lie beside it.</summary>
public static class GoldenFiles
{
    /// <summary>Reads a JSON file.</summary>
    public static JsonElement ReadJson(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    /// <summary>Looks for <paramref name="relative"/> in <paramref name="folder"/> and every folder above it.</summary>
    /// <exception cref="MissingWeightsException">It is in none of them.</exception>
    public static string Find(string folder, string relative)
    {
        for (DirectoryInfo? at = new(Path.GetFullPath(folder)); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, relative) is var path && (File.Exists(path) || Directory.Exists(path)))
                return path;
        throw new MissingWeightsException($"needs {relative} in a folder above the case");
    }
}
