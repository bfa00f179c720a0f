namespace Vtok.Bench;

/// <summary>Images a second of every network against the batch size, with peak memory and the shares of matrix products and convolutions.</summary>
internal sealed class NetworkBenchmark : IBenchmark
{
    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach (string folder in options.Models.Count > 0 ? options.Models : Shipped())
        {
            foreach (string operation in NetworkSubject.Operations(folder))
            {
                string group = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))} {operation}";
                foreach (int batch in options.Batches.Where(batch => batch <= NetworkSubject.LargestBatch(folder) && options.Wants(group, $"batch {batch}")))
                {
                    NetworkResult result = NetworkWorker.Start(folder, operation, batch, options);
                    yield return new BenchRow(group, $"batch {batch}", batch / result.Seconds, "images/s")
                    {
                        MatrixShare = result.MatrixShare,
                        ConvolutionShare = result.ConvolutionShare,
                        PeakMegabytes = result.PeakMegabytes,
                    };
                }
            }
        }
    }

    private static string[] Shipped()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Path.Combine(at.FullName, "checkpoints") is var folder && Directory.Exists(folder))
                return [.. Directory.GetDirectories(folder).Where(inner => NetworkSubject.Operations(inner).Count > 0).Order(StringComparer.Ordinal)];
        }
        return [];
    }
}
