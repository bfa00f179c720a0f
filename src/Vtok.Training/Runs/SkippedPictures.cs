using Vtok.Data;

namespace Vtok.Training.Runs;

/// <summary>Names every picture that a task could not use once: in the log and to whoever watches.</summary>
/// <param name="log">The run's log; null where another process keeps it.</param>
/// <param name="say">Told a line a picture, or null.</param>
internal sealed class SkippedPictures(TrainingLog? log, Action<string>? say)
{
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    /// <summary>Pictures named so far.</summary>
    public int Count => _named.Count;

    /// <summary>For the end of the run's last line: empty, or how many were left out.</summary>
    public string Summary => Count == 0 ? "" : $"; {Count} picture{(Count == 1 ? "" : "s")} could not be used (named in log.jsonl)";

    /// <summary>Names those that are new.</summary>
    public void Report(long step, IReadOnlyList<SkippedSample> skipped)
    {
        if (skipped.Count == Count)
            return;
        foreach (SkippedSample sample in skipped.Where(sample => _named.Add(sample.Location)))
        {
            log?.Write("skipped", step, sample.Location, sample.Reason);
            say?.Invoke($"left out {sample.Location}: {sample.Reason}");
        }
    }
}
