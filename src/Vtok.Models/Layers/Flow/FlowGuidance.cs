namespace Vtok.Models.Layers.Flow;

/// <summary>How far beyond the conditional velocity a sampler goes, and in which way.</summary>
public sealed record FlowGuidance
{
    /// <summary>No guidance: the conditional velocity alone.</summary>
    public static FlowGuidance None { get; } = new() { Scale = 1 };

    /// <summary>The scale s: 0 is the null condition, 1 the condition, above 1 beyond it.</summary>
    public required double Scale { get; init; }

    /// <summary>The scale at a time in place of <see cref="Scale"/>, or null. See <see cref="GuidanceSchedule"/>.</summary>
    public Func<double, double>? ScaleAt { get; init; }

    /// <summary>Whether guidance is projected (adaptive projected guidance, arXiv 2410.02416) instead of plain classifier-free (arXiv 2207.12598).</summary>
    public bool Projected { get; init; }

    /// <summary>Weight of the past differences in the next one, or null for none; negative pushes away from them. Default: -0.5.</summary>
    public double? Momentum { get; init; } = -0.5;

    /// <summary>Share of the difference along the conditional velocity that is kept. Default: 0.</summary>
    public double Parallel { get; init; }

    /// <summary>Largest length of the difference of a sample; 0 or less for no limit. Default: 2.5.</summary>
    public double Threshold { get; init; } = 2.5;

    /// <summary>Whether the null condition is needed at all.</summary>
    /// <remarks>Quirk: a constant scale of exactly 1 needs none, whether projected or not, as published.</remarks>
    public bool NeedsNull => ScaleAt is not null || Scale != 1;
}
