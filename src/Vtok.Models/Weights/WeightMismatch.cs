namespace Vtok.Models.Weights;

/// <summary>All that does not fit between a checkpoint and a module.</summary>
internal sealed class WeightMismatch
{
    private const int MostGroups = 4;

    public List<string> Missing { get; } = [];

    public List<string> Unexpected { get; } = [];

    public List<(string Name, long[] Found, long[] Expected)> Misshapen { get; } = [];

    /// <summary>Throws one line that counts everything by prefix and names the published model that the checkpoint looks like.</summary>
    public void ThrowIfAny(IWeightSource source)
    {
        var parts = new List<string>();
        if (Missing.Count > 0)
            parts.Add($"{Missing.Count} missing: {Grouped(Missing)}");
        if (Unexpected.Count > 0)
            parts.Add($"{Unexpected.Count} unexpected: {Grouped(Unexpected)}");
        if (Misshapen.Count > 0)
            parts.Add($"{Misshapen.Count} misshapen: {Misshapen[0].Name} is [{string.Join(", ", Misshapen[0].Found)}], expected [{string.Join(", ", Misshapen[0].Expected)}]" +
                (Misshapen.Count > 1 ? $"; {Grouped([.. Misshapen.Select(one => one.Name)])}" : ""));
        if (parts.Count == 0)
            return;
        string look = ModelFamilies.Recognize(source.Entries) is { } name ? $"; these are the weights of {name}" : "";
        throw new CheckpointException(CheckpointError.Mismatch, $"the weights do not fit the config: {string.Join("; ", parts)}{look}");
    }

    /// <summary>"encoder.transformer.* (96), decoder.* (2) and 5 more": names by their first two steps, most first.</summary>
    private static string Grouped(List<string> names)
    {
        var groups = names.GroupBy(Prefix).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        IEnumerable<string> shown = groups.Take(MostGroups).Select(group => group.Count() == 1 ? group.First() : $"{group.Key}* ({group.Count()})");
        int rest = groups.Skip(MostGroups).Sum(group => group.Count());
        return string.Join(", ", shown.Select(text => Printable.Quote(text).Trim('"'))) + (rest > 0 ? $" and {rest} more" : "");
    }

    private static string Prefix(string name)
    {
        int first = name.IndexOf('.'), second = first < 0 ? -1 : name.IndexOf('.', first + 1);
        return second >= 0 ? name[..(second + 1)] : first >= 0 ? name[..(first + 1)] : name;
    }
}
