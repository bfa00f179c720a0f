namespace Vtok.Models.TokenFlow;

/// <summary>The grids of a picture's tokens, coarse to fine: scale S has S x S tokens, row by row.</summary>
public sealed class ScaleList : IEquatable<ScaleList>
{
    private const int MostScales = 64, LargestSide = 256;

    private readonly int[] _sides, _lengths;

    /// <summary>Creates a list.</summary>
    /// <exception cref="ArgumentException">No scales, too many, or not strictly ascending within 1..256.</exception>
    public ScaleList(params IReadOnlyList<int> sides)
    {
        _sides = [.. sides];
        if (_sides.Length is 0 or > MostScales || _sides[^1] > LargestSide || _sides.Where((side, i) => side <= (i == 0 ? 0 : _sides[i - 1])).Any())
            throw new ArgumentException($"scales [{string.Join(", ", _sides.Take(MostScales))}], expected 1 to {MostScales} ascending numbers of 1 to {LargestSide}");
        _lengths = new int[_sides.Length];
        for (int i = 0, sum = 0; i < _sides.Length; i++)
            _lengths[i] = sum += _sides[i] * _sides[i];
    }

    /// <summary>Side of each grid, coarse to fine.</summary>
    public IReadOnlyList<int> Sides => _sides;

    /// <summary>Side of the finest grid, at which all scales are summed (g).</summary>
    public int Last => _sides[^1];

    /// <summary>Tokens of the first 1, 2, ... scales.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Tokens of all scales.</summary>
    public int Tokens => _lengths[^1];

    /// <summary>How many whole scales a prefix of <paramref name="tokens"/> tokens holds.</summary>
    /// <exception cref="ArgumentException">The prefix ends inside a scale, or is longer than all.</exception>
    public int ScalesIn(long tokens)
    {
        int index = tokens is >= 1 and <= int.MaxValue ? Array.BinarySearch(_lengths, (int)tokens) : -1;
        return index >= 0 ? index + 1 : throw new ArgumentException($"{tokens} tokens do not end a scale: expected one of {string.Join(", ", _lengths)}");
    }

    /// <inheritdoc/>
    public bool Equals(ScaleList? other) => other is not null && _sides.AsSpan().SequenceEqual(other._sides);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ScaleList);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_sides.Length, Last);
}
