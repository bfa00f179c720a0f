using System.Diagnostics;

namespace Vtok.Parity;

/// <summary>Runs one entry of a golden folder and says what became of it; never throws.</summary>
public static class ParityCheck
{
    /// <summary>Family and name of an entry, without running it.</summary>
    public static (string Family, string Name) Describe(string entry) => Directory.Exists(entry)
        ? (Path.GetFileName(Path.GetDirectoryName(entry))!, Path.GetFileName(entry))
        : (Path.GetFileName(Path.GetDirectoryName(entry))!, Path.GetFileNameWithoutExtension(entry));

    /// <summary>Runs a case folder, a manifest or another JSON file; libtorch must be loaded.</summary>
    /// <param name="entry">One of <see cref="GoldenFolder.Walk"/>.</param>
    public static CaseResult Run(string entry)
    {
        long start = Stopwatch.GetTimestamp();
        (string family, string name) = Describe(entry);
        string kind = Directory.Exists(entry) ? "?" : GoldenFolder.IsManifest(entry) ? "manifest" : "file";
        var row = new CaseResult(family, name, kind, CaseStatus.NotYet);
        try
        {
            using DisposeScope scope = NewDisposeScope();
            using GoldenCase? golden = kind == "?" ? GoldenCase.Open(entry) : null;
            row = golden is null ? row : row with { Family = golden.Family, Kind = golden.Kind };
            row = golden is not null ? RunCase(golden, row) : kind == "manifest" ? RunManifest(entry, row) : RunFile(entry, row);
        }
        catch (MissingWeightsException e)
        {
            row = row with { Status = CaseStatus.NeedsWeights, Reason = e.Message };
        }
        catch (Exception e) // the border: whatever a runner throws is a row
        {
            Exception inner = e is System.Reflection.TargetInvocationException { InnerException: { } cause } ? cause : e;
            row = row with { Status = CaseStatus.Fail, Reason = $"{inner.GetType().Name}: {inner.Message.Split('\n')[0].Trim()}" };
            if (Environment.GetEnvironmentVariable("VTOK_DEBUG") == "1")
                Console.Error.WriteLine(e);
        }
        return row with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    private static CaseResult RunCase(GoldenCase golden, CaseResult row)
    {
        ICaseRunner? runner = CaseRunners.All.FirstOrDefault(runner => runner.Family == golden.Family && runner.Kinds.Contains(golden.Kind));
        if (runner is null)
            return row;
        var report = new CaseReport(golden);
        runner.Run(golden, report);
        return report.Finish(row);
    }

    private static CaseResult RunManifest(string path, CaseResult row)
    {
        Manifest manifest = Manifest.Open(path);
        IManifestBuilder? builder = CaseRunners.Manifests.FirstOrDefault(builder => builder.Handles(manifest));
        return builder is null ? row : ManifestCheck.Run(manifest, builder, row);
    }

    private static CaseResult RunFile(string path, CaseResult row)
    {
        IFileRunner? runner = CaseRunners.Files.FirstOrDefault(runner => runner.Family == row.Family && runner.File == Path.GetFileName(path));
        if (runner is null)
            return row;
        var report = new CaseReport(null);
        runner.Run(GoldenFiles.ReadJson(path), Path.GetDirectoryName(path)!, report);
        return report.Finish(row);
    }
}
