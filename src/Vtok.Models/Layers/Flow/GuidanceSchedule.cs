namespace Vtok.Models.Layers.Flow;

/// <summary>Scales that depend on the time (1 at pure noise, 0 at the clean end).</summary>
public static class GuidanceSchedule
{
    /// <summary>From <paramref name="clean"/> at time 0 evenly to <paramref name="noise"/> at time 1.</summary>
    public static Func<double, double> Linear(double noise, double clean) => time => clean + (noise - clean) * time;

    /// <summary><paramref name="scale"/> within an interval of times, 1 outside it (arXiv 2404.07724).</summary>
    public static Func<double, double> Within(double scale, double least, double most) => time => time >= least && time <= most ? scale : 1;
}
