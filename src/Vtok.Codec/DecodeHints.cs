namespace Vtok.Codec;

/// <summary>How the one who encodes wants a file decoded, noted in it; who decodes may say otherwise. Models without a decoder that samples ignore it.</summary>
public sealed record DecodeHints
{
    /// <summary>Steps, 1 to 1000; null notes nothing.</summary>
    public int? Steps { get; init; }

    /// <summary>Guidance scale, 0 to 1000, kept in hundredths; null notes nothing.</summary>
    public double? Guidance { get; init; }

    /// <summary>Seed of the draws; null notes nothing.</summary>
    public ulong? Seed { get; init; }

    internal int? GuidanceHundredths => Guidance is { } scale ? (int)Math.Round(scale * 100) : null;

    /// <summary>Throws for a hint that a file cannot hold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Steps or guidance are out of range.</exception>
    public void Validate()
    {
        if (Steps is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "decode steps must be 1 to 1000");
        if (Guidance is { } scale && scale is not (>= 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(Guidance), scale, "guidance must be 0 to 1000");
    }
}
