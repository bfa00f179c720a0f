namespace Vtok.Streams;

/// <summary>The ids of one picture (one lane) with the description of the tokenizer that made them.</summary>
/// <param name="Info">The tokenizer.</param>
/// <param name="Ids">Ids in order of position, each in 0..size-1 of its position's vocabulary.</param>
public sealed record TokenSequence(TokenizerInfo Info, ReadOnlyMemory<int> Ids)
{
    /// <summary>Number of tokens.</summary>
    public int Count => Ids.Length;

    /// <summary>The first <paramref name="count"/> tokens, sharing memory with this sequence.</summary>
    /// <remarks>Whether they decode is for <see cref="TokenizerInfo.AllowsLength"/> to say.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer tokens.</exception>
    public TokenSequence Prefix(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return this with { Ids = Ids[..count] };
    }
}
