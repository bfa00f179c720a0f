namespace Vtok.Parity;

/// <summary>One row: a case and what became of it.</summary>
/// <param name="Family">Family as the case names it.</param>
/// <param name="Name">Folder of the case, or the file for a manifest.</param>
/// <param name="Kind">Kind as the case names it.</param>
/// <param name="Status">What became of it.</param>
public sealed record CaseResult(string Family, string Name, string Kind, CaseStatus Status)
{
    /// <summary>The tensor whose error is largest over its tolerance, or null.</summary>
    public string? Tensor { get; init; }

    /// <summary>That tensor's largest absolute error.</summary>
    public double Error { get; init; }

    /// <summary>That tensor's tolerance.</summary>
    public double Tolerance { get; init; }

    /// <summary>Number of tensors, or names of a manifest, that were compared.</summary>
    public int Compared { get; init; }

    /// <summary>Recorded values that nothing was compared with, each with the reason.</summary>
    public IReadOnlyList<string> NotComparable { get; init; } = [];

    /// <summary>Why it is not ok; empty when it is.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Wall time.</summary>
    public double Seconds { get; init; }

    /// <summary>Error over tolerance: 0 for equal values, infinite for a difference where none is allowed.</summary>
    public double Ratio => CaseReport.Ratio(Error, Tolerance);
}
