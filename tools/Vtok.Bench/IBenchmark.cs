namespace Vtok.Bench;

/// <summary>Measures the rows of a group.</summary>
internal interface IBenchmark
{
    /// <summary>Rows that the options want, as they are measured.</summary>
    IEnumerable<BenchRow> Run(BenchOptions options);
}
