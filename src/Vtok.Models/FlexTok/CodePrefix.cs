namespace Vtok.Models.FlexTok;

/// <summary>What some sequences of one length are decoded from.</summary>
/// <param name="Sequences">Number of sequences S.</param>
/// <param name="Codes">The first k codes of each, [S, k, d] with k in 1..N; null for the null condition.</param>
internal sealed record CodePrefix(int Sequences, Tensor? Codes)
{
    /// <summary>Sequences with codes.</summary>
    public static CodePrefix Of(Tensor codes) => new((int)codes.size(0), codes);

    /// <summary>Sequences of the null condition.</summary>
    public static CodePrefix Null(int sequences) => new(sequences, null);
}
