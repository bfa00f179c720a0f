using System.Diagnostics;

namespace Vtok.Bench;

/// <summary>How long an action takes.</summary>
internal static class Timing
{
    /// <summary>Seconds of the fastest of many runs after a first one that does not count: other programs can only make a run slower.</summary>
    /// <param name="budget">Seconds to spend; a run that takes longer is made once.</param>
    /// <param name="action">What to measure.</param>
    public static double Fastest(double budget, Action action)
    {
        action();
        return FastestWarm(budget, action);
    }

    /// <summary>The same for an action that has run before.</summary>
    public static double FastestWarm(double budget, Action action)
    {
        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < budget);
        return best;
    }
}
