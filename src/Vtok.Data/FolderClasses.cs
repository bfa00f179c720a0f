using System.Globalization;

namespace Vtok.Data;

/// <summary>Classes read off the first folder of every relative path.</summary>
/// <remarks>Names that are all plain numbers are the ids themselves; other names get ids in ordinal order.</remarks>
internal sealed class FolderClasses
{
    private const int MaxNumericId = 1_000_000;
    private readonly Dictionary<string, int> _ids;

    /// <summary>Finds the classes of a data set.</summary>
    /// <param name="relativePaths">Paths with forward slashes.</param>
    public FolderClasses(IEnumerable<string> relativePaths)
    {
        string[] names = [.. relativePaths.Select(FirstFolder).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        _ids = names.All(name => ParseNumber(name) is not null) && names.Select(ParseNumber).Distinct().Count() == names.Length
            ? names.ToDictionary(name => name, name => ParseNumber(name)!.Value)
            : names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id);
        string[] byId = new string[_ids.Count == 0 ? 0 : _ids.Values.Max() + 1];
        for (int id = 0; id < byId.Length; id++)
            byId[id] = id.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, int id) in _ids)
            byId[id] = name;
        Names = byId;
    }

    /// <summary>Names by id.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Class of a path, or null when it lies in no folder.</summary>
    public int? IdOf(string relativePath) => FirstFolder(relativePath) is { } name ? _ids[name] : null;

    private static string? FirstFolder(string path) => path.IndexOf('/') is var slash and > 0 ? path[..slash] : null;

    private static int? ParseNumber(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id <= MaxNumericId ? id : null;
}
