namespace Vtok.Streams;

/// <summary>How a picture is brought to the model's size and range.</summary>
public sealed record ImagePreprocessing
{
    private readonly int[] _mean = [0, 0, 0];
    private readonly int[] _std = [1_000_000_000, 1_000_000_000, 1_000_000_000];

    /// <summary>Name of the resampling filter: "box", "bilinear", "hamming", "bicubic" or "lanczos" (Pillow's).</summary>
    public required string Filter { get; init; }

    /// <summary>Whether the kernel widens when the picture shrinks.</summary>
    public bool Antialias { get; init; } = true;

    /// <summary>Mean per channel (R, G, B) in units of 10^-9, subtracted from values in 0..1.</summary>
    public IReadOnlyList<int> Mean { get => _mean; init => _mean = [.. value]; }

    /// <summary>Divisor per channel (R, G, B) in units of 10^-9, at least 1.</summary>
    public IReadOnlyList<int> Std { get => _std; init => _std = [.. value]; }

    /// <inheritdoc/>
    public bool Equals(ImagePreprocessing? other)
        => other is not null && Filter == other.Filter && Antialias == other.Antialias
            && _mean.AsSpan().SequenceEqual(other._mean) && _std.AsSpan().SequenceEqual(other._std);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Filter, Antialias);

    internal string? FindProblem()
    {
        if (!TokenizerInfo.IsIdentifier(Filter))
            return $"preprocessing.filter: \"{Filter}\", expected lower-case letters, digits and hyphens";
        if (_mean.Length != 3 || _mean.Any(value => value < 0))
            return $"preprocessing.mean: [{string.Join(',', _mean)}], expected three integers of at least 0";
        if (_std.Length != 3 || _std.Any(value => value < 1))
            return $"preprocessing.std: [{string.Join(',', _std)}], expected three integers of at least 1";
        return null;
    }
}
