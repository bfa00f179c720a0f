namespace Vtok.Parity;

/// <summary>Finds the cases, manifests and other files of a golden folder: the whole, one family, or one case.</summary>
public static class GoldenFolder
{
    /// <summary>Folders with a case.json and JSON files beside them, by family and name; empty when this is no golden folder.</summary>
    public static IReadOnlyList<string> Walk(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        if (File.Exists(Path.Combine(folder, "case.json")))
            return [Path.GetFullPath(folder)];
        string[] family = OfFamily(folder);
        return family.Length > 0 ? family : [.. Folders(folder).SelectMany(OfFamily)];
    }

    private static string[] OfFamily(string folder)
    {
        string[] cases = [.. Folders(folder).Where(inner => File.Exists(Path.Combine(inner, "case.json")))];
        string[] files = [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Path.GetFullPath)];
        return cases.Length > 0 || files.Any(IsManifest) ? [.. cases, .. files] : [];
    }

    /// <summary>Whether a file is a manifest by its name.</summary>
    public static bool IsManifest(string path) => Path.GetFileName(path).StartsWith("manifest-", StringComparison.Ordinal);

    private static IEnumerable<string> Folders(string folder) => Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Select(Path.GetFullPath);
}
