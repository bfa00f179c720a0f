namespace Vtok.Models.Layers.Flow;

/// <summary>How training of a rectified flow draws its times, with the published names in brackets.</summary>
public sealed record FlowTimeOptions
{
    /// <summary>Whether times are the logistic of a normal draw (ln; arXiv 2403.03206, section 3.1) instead of uniform. Default: true.</summary>
    public bool LogNormal { get; init; } = true;

    /// <summary>Whether the normal draws of a batch are spread evenly (stratisfied). Default: false.</summary>
    public bool Stratified { get; init; }

    /// <summary>Strength s of sampling with heavy tails of uniform draws (mode_scale; the same section), 0 for none. Default: 0.</summary>
    public double ModeScale { get; init; }
}
