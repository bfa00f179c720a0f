namespace Vtok.Training.Optimization;

/// <summary>How much of an exponential average stays at an update: nothing at first, then ever more up to <see cref="Most"/>.</summary>
public sealed record AverageDecay
{
    /// <summary>Largest decay, 0..1.</summary>
    public required double Most { get; init; }

    /// <summary>Smallest decay once averaging has begun.</summary>
    public double Least { get; init; }

    /// <summary>Updates during which the average only copies the weights, beside the first.</summary>
    public long After { get; init; }

    /// <summary>Only every so many updates the average moves.</summary>
    public long Every { get; init; } = 1;

    /// <summary>Power of the ramp 1 - (1 + s / gamma)^-power; null for the ramp (1 + s) / (10 + s).</summary>
    public double? Power { get; init; }

    /// <summary>Gamma of the ramp with a power.</summary>
    public double Gamma { get; init; } = 1;

    /// <summary>The decay of an update.</summary>
    /// <param name="step">Updates before it.</param>
    public double At(long step)
    {
        long averaged = step - After;
        if (averaged <= 0)
            return 0;
        double ramp = Power is { } power ? 1 - Math.Pow(1 + averaged / Gamma, -power) : (1.0 + averaged) / (10.0 + averaged);
        return Math.Max(Math.Min(ramp, Most), Least);
    }
}
