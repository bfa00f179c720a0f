namespace Vtok.Streams;

/// <summary>The order of ids in the payload: position 0 of every lane, then position 1, ...; lanes that have ended are passed over.</summary>
/// <remarks>Walks in time proportional to the tokens, however unequal the lanes, and allocates nothing when they are equal.</remarks>
internal sealed class LaneSchedule(int lanes, IReadOnlyList<int>? laneCounts, int count)
{
    private int[]? _active;

    public int Lanes { get; } = lanes;

    /// <summary>Tokens of the longest lane.</summary>
    public int Count { get; } = count;

    public long TotalTokens { get; } = laneCounts?.Sum(c => (long)c) ?? (long)lanes * count;

    /// <summary>The position that is on; -1 before the first <see cref="MoveNext"/>.</summary>
    public int Position { get; private set; } = -1;

    /// <summary>How many lanes have a token at <see cref="Position"/>.</summary>
    public int Active { get; private set; } = lanes;

    public int CountOf(int lane) => laneCounts?[lane] ?? Count;

    public long TotalBits(ImageVocabulary vocabulary)
        => laneCounts?.Sum(vocabulary.BitsOfFirst) ?? Lanes * vocabulary.BitsOfFirst(Count);

    /// <summary>The <paramref name="index"/>-th of the active lanes.</summary>
    public int LaneAt(int index) => _active is null ? index : _active[index];

    public bool MoveNext()
    {
        if (++Position >= Count)
            return false;
        if (laneCounts is null)
            return true;
        _active ??= [.. Enumerable.Range(0, Lanes)];
        int kept = 0;
        for (int i = 0; i < Active; i++)
        {
            if (laneCounts[_active[i]] > Position)
                _active[kept++] = _active[i];
        }
        Active = kept;
        return true;
    }
}
