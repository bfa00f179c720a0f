namespace Vtok.Data;

/// <summary>The rule of arrays that lie beside pictures: KEY.npy for the picture of that key.</summary>
internal static class FeatureFiles
{
    /// <summary>Extension of the array.</summary>
    public const string Extension = ".npy";

    /// <summary>Throws unless every picture has one; the first that has none is named.</summary>
    /// <param name="source">What the message begins with.</param>
    /// <param name="keys">Keys of the pictures.</param>
    /// <param name="has">Whether the picture of a key has one.</param>
    public static void RequireAll(string source, IReadOnlyCollection<string> keys, Func<string, bool> has)
    {
        string[] without = [.. keys.Where(key => !has(key))];
        if (without.Length > 0)
            throw new DatasetException(DatasetError.NoFeatures,
                $"{source}: {without.Length} of {keys.Count} pictures have no features beside them, the first \"{without[0]}\"; expected {without[0]}{Extension}");
    }
}
