using System.Diagnostics;

namespace Vtok.Bench;

/// <summary>How long an action takes.</summary>
internal static class Timing
{
    private const int FewestRounds = 3;

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

    /// <summary>Processor seconds of each action, the least of many rounds in which they take turns: for ratios on a machine with other work.</summary>
    /// <param name="budget">Seconds of wall time to spend on each; at least three rounds are made.</param>
    /// <param name="actions">What to compare.</param>
    public static double[] LeastProcessorTime(double budget, params Action[] actions)
    {
        double[] least = [.. actions.Select(_ => double.PositiveInfinity)];
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round <= FewestRounds || Stopwatch.GetElapsedTime(begin).TotalSeconds < budget * actions.Length; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                TimeSpan start = Environment.CpuUsage.TotalTime;
                actions[i]();
                double spent = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
                if (round > 0) // the first round warms up
                    least[i] = Math.Min(least[i], spent);
            }
        }
        return least;
    }
}
