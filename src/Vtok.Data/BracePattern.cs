using System.Globalization;

namespace Vtok.Data;

/// <summary>Shard names in the braces that WebDataset users write: <c>name-{000..002}.tar</c>, <c>{a,b}.tar</c>.</summary>
public static class BracePattern
{
    /// <summary>Most names that one pattern may stand for.</summary>
    public const int MaxNames = 1_000_000;

    /// <summary>All names in order; numbers keep the width of the range's first one. A text without braces stands for itself.</summary>
    /// <exception cref="DatasetException">A brace is not closed, a range does not parse or falls, or there are more than <see cref="MaxNames"/> names.</exception>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        int open = pattern.IndexOf('{');
        if (open < 0)
            return [pattern];
        int close = pattern.IndexOf('}', open);
        if (close < 0)
            throw Bad(pattern, "'{' is not closed");
        string[] choices = Choices(pattern, pattern[(open + 1)..close]);
        IReadOnlyList<string> rests = Expand(pattern[(close + 1)..]);
        if ((long)choices.Length * rests.Count > MaxNames)
            throw Bad(pattern, $"stands for more than {MaxNames} names");
        string head = pattern[..open];
        return [.. choices.SelectMany(_ => rests, (choice, rest) => head + choice + rest)];
    }

    private static string[] Choices(string pattern, string inside)
    {
        if (inside.Split("..") is not [var first, var last])
            return inside.Contains(',') ? inside.Split(',') : throw Bad(pattern, $"'{{{inside}}}' is neither a range 000..002 nor a list a,b");
        if (!TryParse(first, out int from) || !TryParse(last, out int to) || to < from)
            throw Bad(pattern, $"'{{{inside}}}' is not a rising range of numbers");
        if (to - from >= MaxNames)
            throw Bad(pattern, $"stands for more than {MaxNames} names");
        string format = "D" + first.Length.ToString(CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(from, to - from + 1).Select(i => i.ToString(format, CultureInfo.InvariantCulture))];
    }

    private static bool TryParse(string digits, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static DatasetException Bad(string pattern, string what) => new(DatasetError.BadPattern, $"{pattern}: {what}");
}
