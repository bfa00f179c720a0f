using System.Globalization;

namespace Vtok.Bench;

/// <summary>What a training step costs in processor time and memory, against batch size, width and precision; each in a process of its own.</summary>
internal sealed class TrainingTable : IBenchmark
{
    private static readonly (string Network, int[] Batches)[] Rows =
    [
        ("refinement 48,96,160", [8, 16, 32]), ("refinement 64,128,192", [16]), ("refinement 72,144,240", [16]),
        ("titok 256 x 4", [8, 16, 32]), ("titok 128 x 4", [16]), ("titok 512 x 4", [16]),
        ("llamagen 32", [8, 16, 32]), ("llamagen 16", [16]), ("llamagen 64", [16]),
    ];

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach ((string network, int[] batches) in Rows)
        {
            foreach (int batch in batches)
            {
                foreach (string precision in (string[])["fp32", "bf16"])
                {
                    string group = $"train {network}", name = $"batch {batch.ToString(CultureInfo.InvariantCulture)}, {precision}";
                    if (!options.Wants(group, name))
                        continue;
                    TrainingCost cost = TrainingWorker.Start(network, batch, precision, options);
                    yield return new BenchRow(group, name, cost.Seconds * 1e3, "cpu ms") { PeakMegabytes = cost.PeakMegabytes };
                    if (batch == batches[0] && precision == "fp32")
                        yield return new BenchRow(group, "parameters", cost.Parameters / 1e6, "M");
                }
            }
        }
    }
}
