using System.Diagnostics;

namespace Vtok.Bench;

/// <summary>How long an action takes.</summary>
internal static class Timing
{
    private const int FewestRuns = 3;

    /// <summary>Seconds of the fastest of many runs after a first one that does not count: other programs can only make a run slower.</summary>
    /// <param name="budget">Seconds to spend; at least three runs are made.</param>
    /// <param name="action">What to measure.</param>
    public static double Fastest(double budget, Action action)
    {
        action();
        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < FewestRuns || Stopwatch.GetElapsedTime(begin).TotalSeconds < budget; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
