namespace Vtok.Models.Lavit;

/// <summary>Ids of pictures in the vocabulary of the language model. Defaults: LLaMA's 32,000 words, two markers, then the codes.</summary>
public sealed record LanguageIds
{
    /// <summary>The language model's id of code 0.</summary>
    public int Offset { get; init; } = 32002;

    /// <summary>The id before a picture.</summary>
    public int Start { get; init; } = 32000;

    /// <summary>The id after a picture.</summary>
    public int End { get; init; } = 32001;

    /// <summary>Ids of one picture as the language model takes them.</summary>
    /// <param name="ids">Ids of codes.</param>
    /// <param name="marked">Whether the two markers stand around them.</param>
    public int[] ToLanguage(ReadOnlySpan<int> ids, bool marked)
    {
        int[] codes = new int[ids.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = checked(ids[i] + Offset);
        return marked ? [Start, .. codes, End] : codes;
    }

    /// <summary>Ids of codes from what a language model wrote; words and markers are passed over.</summary>
    /// <param name="ids">The language model's ids.</param>
    /// <param name="codes">Number of codes (K).</param>
    /// <exception cref="ArgumentException">An id is above the last code.</exception>
    public int[] FromLanguage(ReadOnlySpan<int> ids, int codes)
    {
        var found = new List<int>();
        foreach (int id in ids)
        {
            if (id >= Offset + codes)
                throw new ArgumentException($"id {id}: the last code is {Offset + codes - 1}", nameof(ids));
            if (id >= Offset)
                found.Add(id - Offset);
        }
        return [.. found];
    }
}
