using System.Text;

namespace Vtok.Models.Weights;

/// <summary>Text of foreign files as it may stand in a message of one line.</summary>
internal static class Printable
{
    private const int Longest = 120;

    /// <summary>The text in quotes, control characters escaped, shortened when long.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            quoted.Append(char.IsControl(c) || c is '"' or '\\' || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c);
        return quoted.Append(text.Length > Longest ? "...\"" : "\"").ToString();
    }
}
