using System.Numerics;

namespace Vtok.Streams;

/// <summary>Vocabulary sizes by position, as runs.</summary>
/// <remarks>Neighbouring runs of one size are joined, so equal vocabularies have equal runs and equal keys.</remarks>
public sealed class ImageVocabulary : IEquatable<ImageVocabulary>
{
    private readonly VocabularyRun[] _runs;
    private readonly int[] _firstPositions;
    private readonly long[] _bitsBefore;

    /// <summary>Creates a vocabulary from its runs, in order of position.</summary>
    /// <exception cref="ArgumentException">No runs, a size below 2, no or too many positions, or an endless run that is not alone.</exception>
    public ImageVocabulary(params IReadOnlyList<VocabularyRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (FindProblem(runs) is { } problem)
            throw new ArgumentException(problem, nameof(runs));

        _runs = Join(runs);
        _firstPositions = new int[_runs.Length];
        _bitsBefore = new long[_runs.Length];
        int positions = 0;
        long bits = 0;
        for (int i = 0; i < _runs.Length; i++)
        {
            (_firstPositions[i], _bitsBefore[i]) = (positions, bits);
            positions += _runs[i].Positions;
            bits += (long)_runs[i].Positions * BitsFor(_runs[i].Size);
        }
        Positions = IsEndless ? null : positions;
    }

    /// <summary>The runs in order of position; neighbours differ in size.</summary>
    public IReadOnlyList<VocabularyRun> Runs => _runs;

    /// <summary>Number of positions, or null when the last run is endless (grid models).</summary>
    public int? Positions { get; }

    /// <summary>Whether one vocabulary serves every position, however many there are (grid models).</summary>
    public bool IsEndless => _runs[^1].Positions == 0;

    /// <summary>Number of codes at <paramref name="position"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public int SizeAt(int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (position >= Positions)
            throw new ArgumentOutOfRangeException(nameof(position), position, $"must be below {Positions}");
        return _runs[RunOf(position)].Size;
    }

    /// <summary>Bits of a packed id at <paramref name="position"/>: ceil(log2(size)), 1 to 31.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public int BitsAt(int position) => BitsFor(SizeAt(position));

    /// <summary>Bits of the first <paramref name="count"/> packed ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer positions.</exception>
    public long BitsOfFirst(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > Positions)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"must be at most {Positions}");
        int run = RunOf(count);
        return _bitsBefore[run] + (long)(count - _firstPositions[run]) * BitsFor(_runs[run].Size);
    }

    /// <inheritdoc/>
    public bool Equals(ImageVocabulary? other) => other is not null && _runs.AsSpan().SequenceEqual(other._runs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ImageVocabulary);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_runs.Length, _runs[0], _runs[^1]);

    internal static int BitsFor(int size) => 32 - BitOperations.LeadingZeroCount((uint)(size - 1));

    internal static string? FindProblem(IReadOnlyList<VocabularyRun> runs)
    {
        if (runs.Count is 0 or > VtokLimits.DescriptionEntries)
            return $"vocabulary: {runs.Count} runs, expected 1 to {VtokLimits.DescriptionEntries}";
        long positions = 0;
        for (int i = 0; i < runs.Count; i++)
        {
            VocabularyRun run = runs[i];
            if (run.Size < 2)
                return $"vocabulary[{i}]: size {run.Size}, expected at least 2";
            if (run.Positions < 0 || (run.Positions == 0 && runs.Count > 1))
                return $"vocabulary[{i}]: {run.Positions} positions, expected at least 1 (0 only in the one run of a grid model)";
            positions += run.Positions;
        }
        return positions > VtokLimits.Tokens ? $"vocabulary: {positions} positions, expected at most {VtokLimits.Tokens}" : null;
    }

    private static VocabularyRun[] Join(IReadOnlyList<VocabularyRun> runs)
    {
        var joined = new List<VocabularyRun>(runs.Count);
        foreach (VocabularyRun run in runs)
        {
            if (joined.Count > 0 && joined[^1].Size == run.Size)
                joined[^1] = new VocabularyRun(run.Size, joined[^1].Positions + run.Positions);
            else
                joined.Add(run);
        }
        return [.. joined];
    }

    private int RunOf(int position)
    {
        int found = Array.BinarySearch(_firstPositions, position);
        return found >= 0 ? found : ~found - 1;
    }
}
