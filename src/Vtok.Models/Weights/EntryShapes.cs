using System.Globalization;

namespace Vtok.Models.Weights;

/// <summary>Reads the settings of a network off the shapes of a checkpoint.</summary>
internal static class EntryShapes
{
    /// <summary>Shape of a tensor, or null when it is not there.</summary>
    public static IReadOnlyList<long>? ShapeOf(this IReadOnlyDictionary<string, TensorEntry> entries, string name) =>
        entries.TryGetValue(name, out TensorEntry? entry) ? entry.Shape : null;

    /// <summary>Size of one axis of a tensor, or null when it is not there or has another number of axes.</summary>
    public static long? SizeOf(this IReadOnlyDictionary<string, TensorEntry> entries, string name, int axis, int axes) =>
        entries.ShapeOf(name) is { } shape && shape.Count == axes ? shape[axis] : null;

    /// <summary>How many of the names <c>before0after</c>, <c>before1after</c>, ... are there without a gap.</summary>
    public static int CountOf(this IReadOnlyDictionary<string, TensorEntry> entries, string before, string after)
    {
        int count = 0;
        while (entries.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"{before}{count}{after}")))
            count++;
        return count;
    }
}
