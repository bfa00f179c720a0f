namespace Vtok.Training.Collectives;

/// <summary>Slurm's short form of host names: "node[01-04,07],gpu3".</summary>
internal static class SlurmNodes
{
    /// <summary>The first host of a list.</summary>
    public static string First(string list)
    {
        int open = list.IndexOf('[', StringComparison.Ordinal), comma = list.IndexOf(',', StringComparison.Ordinal);
        if (open < 0 || (comma >= 0 && comma < open))
            return comma < 0 ? list : list[..comma];
        int close = list.IndexOf(']', open);
        string inside = close < 0 ? list[(open + 1)..] : list[(open + 1)..close];
        string first = inside[..(inside.AsSpan().IndexOfAny(',', '-') is var end and >= 0 ? end : inside.Length)];
        string rest = close < 0 ? "" : list[(close + 1)..];
        // A second bracket or a suffix belongs to the same name up to the next comma.
        return list[..open] + first + (rest.Length > 0 && rest[0] != ',' ? First(rest) : "");
    }
}
