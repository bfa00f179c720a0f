namespace Vtok.Streams;

/// <summary>How a picture is brought to the model's size and range.</summary>
public sealed record ImagePreprocessing
{
    /// <summary>Name of the resampling filter: "box", "bilinear", "hamming", "bicubic" or "lanczos" (Pillow's).</summary>
    public required string Filter { get; init; }

    /// <summary>Whether the kernel widens when the picture shrinks.</summary>
    public bool Antialias { get; init; } = true;

    /// <summary>Mean per channel (R, G, B) in units of 10^-9, subtracted from values in 0..1.</summary>
    public IReadOnlyList<int> Mean { get; init; } = [0, 0, 0];

    /// <summary>Divisor per channel (R, G, B) in units of 10^-9.</summary>
    public IReadOnlyList<int> Std { get; init; } = [1_000_000_000, 1_000_000_000, 1_000_000_000];
}
