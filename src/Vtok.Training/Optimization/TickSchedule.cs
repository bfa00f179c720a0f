namespace Vtok.Training.Optimization;

/// <summary>The published rule of TiTok and its kin: linear rise from 0, then a half cosine down to the last rate, or constant.</summary>
/// <remarks>
/// Quirk: the very first update has rate 0 (unless there is no rise), and beyond the last tick the cosine turns up again. With n processes the
/// published scheduler ticks n times an update, and all horizons are given in ticks.
/// </remarks>
public sealed record TickSchedule : ILearningRate
{
    /// <summary>Rate after the rise.</summary>
    public required double Rate { get; init; }

    /// <summary>Rate at the last tick.</summary>
    public double End { get; init; }

    /// <summary>Ticks of the rise.</summary>
    public long Warmup { get; init; }

    /// <summary>All ticks.</summary>
    public required long Total { get; init; }

    /// <summary>Ticks of an update: the processes.</summary>
    public long TicksPerUpdate { get; init; } = 1;

    /// <summary>Whether the rate falls after the rise.</summary>
    public bool Cosine { get; init; } = true;

    /// <summary>The schedule of the network itself.</summary>
    /// <param name="rate">Rate after the rise.</param>
    /// <param name="end">Rate of the last update.</param>
    /// <param name="warmup">Updates of the rise.</param>
    /// <param name="steps">All updates.</param>
    /// <param name="processes">Processes that train together.</param>
    public static TickSchedule Model(double rate, double end, long warmup, long steps, int processes = 1) =>
        new() { Rate = rate, End = end, Warmup = warmup * processes, Total = steps * processes, TicksPerUpdate = processes };

    /// <summary>The schedule of its discriminator, whose first update is that of step <paramref name="start"/>.</summary>
    /// <remarks>Quirk: the start is taken off the ticks, not off the updates, so with several processes the fall is a little too long.</remarks>
    public static TickSchedule Discriminator(double rate, double end, long warmup, long steps, long start, int processes = 1) =>
        Model(rate, end, warmup, steps, processes) with { Total = steps * processes - start };

    /// <summary>The rate of an update.</summary>
    /// <param name="step">Updates before it.</param>
    public double At(long step)
    {
        long tick = step * TicksPerUpdate;
        if (tick < Warmup)
            return Rate * tick / Math.Max(1, Warmup);
        if (!Cosine)
            return Rate;
        double progress = (double)(tick - Warmup) / Math.Max(1, Total - Warmup);
        return End + (Rate - End) * Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }
}
