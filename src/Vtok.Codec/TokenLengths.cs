using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>The numbers of tokens that a lane of a model may have.</summary>
public static class TokenLengths
{
    /// <summary>The allowed lengths up to a most, ascending; only the most itself where tokens cannot be left out (grid models, order Set).</summary>
    /// <param name="info">The model.</param>
    /// <param name="most">Tokens that there are.</param>
    public static IReadOnlyList<int> UpTo(TokenizerInfo info, int most)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.IsGrid || info.Order == TokenOrder.Set)
            return [most];
        return info.Order == TokenOrder.Nested
            ? [.. Enumerable.Range(info.Lengths[0], Math.Max(0, Math.Min(info.Lengths[1], most) - info.Lengths[0] + 1))]
            : [.. info.Lengths.Where(n => n <= most)];
    }

    /// <summary>The allowed lengths in words, such as "1 to 256 tokens".</summary>
    /// <param name="info">The model.</param>
    public static string Describe(TokenizerInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.IsGrid)
            return $"one token for each {info.Factor}x{info.Factor} pixels";
        return info.Order is TokenOrder.Nested or TokenOrder.Set ? $"{info.Lengths[0]} to {info.Lengths[1]} tokens"
            : info.Lengths.Count == 1 ? $"exactly {info.Lengths[0]} tokens" : $"{string.Join(", ", info.Lengths)} tokens";
    }
}
