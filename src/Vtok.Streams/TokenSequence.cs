namespace Vtok.Streams;

/// <summary>The ids of one picture (one lane) with the description of the tokenizer that made them.</summary>
/// <param name="Info">The tokenizer.</param>
/// <param name="Ids">Ids in order of position, each in 0..size-1 of its position's vocabulary.</param>
public sealed record TokenSequence(TokenizerInfo Info, ReadOnlyMemory<int> Ids)
{
    /// <summary>Number of tokens.</summary>
    public int Count => Ids.Length;

    /// <summary>The first <paramref name="count"/> tokens, sharing memory with this sequence.</summary>
    public TokenSequence Prefix(int count) => this with { Ids = Ids[..count] };
}
