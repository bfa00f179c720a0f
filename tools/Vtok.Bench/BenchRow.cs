namespace Vtok.Bench;

/// <summary>One measured line.</summary>
/// <param name="Group">Rows of one group are compared with its first.</param>
/// <param name="Name">What was done.</param>
/// <param name="Value">How much, in <paramref name="Unit"/>.</param>
/// <param name="Unit">MB/s, images/s, files/s; of full-size models MB, s, cpu s, tokens and multiples of the weights.</param>
internal sealed record BenchRow(string Group, string Name, double Value, string Unit)
{
    /// <summary>Share of the time inside matrix products, 0..1, or null where it was not measured.</summary>
    public double? MatrixShare { get; init; }

    /// <summary>Share of the time inside convolutions with their changes of layout, 0..1, or null where it was not measured.</summary>
    public double? ConvolutionShare { get; init; }

    /// <summary>Most resident memory of a process that did only this, in MB, or null where it was not measured.</summary>
    public double? PeakMegabytes { get; init; }

    /// <summary>Value over that of the first row of the group with the same unit.</summary>
    public double? Ratio { get; init; }
}
