namespace Vtok.Models.Layers.Flow;

/// <summary>Puts a conditional and a null velocity together, step after step of one sampling run.</summary>
/// <param name="guidance">The settings.</param>
public sealed class FlowGuide(FlowGuidance guidance) : IDisposable
{
    private const double LeastNorm = 1e-12;

    private Tensor? _momentum;

    /// <summary>The guided velocity.</summary>
    /// <param name="conditional">[B, ...].</param>
    /// <param name="empty">[B, ...], that of the null condition.</param>
    /// <param name="time">The time, for scales that depend on it.</param>
    public Tensor Combine(Tensor conditional, Tensor empty, double time)
    {
        double scale = guidance.ScaleAt?.Invoke(time) ?? guidance.Scale;
        using DisposeScope scope = NewDisposeScope();
        Tensor difference = conditional - empty;
        Tensor guided = guidance.Projected
            ? conditional + Project(Limit(Remember(difference)), conditional) * (scale - 1)
            : empty + difference * scale;
        return guided.MoveToOuterDisposeScope();
    }

    /// <summary>Forgets past steps.</summary>
    public void Dispose()
    {
        _momentum?.Dispose();
        _momentum = null;
    }

    private Tensor Remember(Tensor difference)
    {
        if (guidance.Momentum is not { } momentum)
            return difference;
        Tensor sum = _momentum is null ? difference : difference + _momentum * momentum;
        _momentum?.Dispose();
        _momentum = sum.alias().DetachFromDisposeScope(); // lives until the next step
        return sum;
    }

    private Tensor Limit(Tensor difference)
    {
        if (guidance.Threshold <= 0)
            return difference;
        return difference * (guidance.Threshold / Norm(difference)).clamp_max(1);
    }

    private Tensor Project(Tensor difference, Tensor conditional)
    {
        Tensor d = difference.to(ScalarType.Float64), c = conditional.to(ScalarType.Float64);
        Tensor unit = c / Norm(c).clamp_min(LeastNorm);
        Tensor along = (d * unit).sum(Axes(d), keepdim: true) * unit;
        return (d - along + along * guidance.Parallel).to(difference.dtype);
    }

    private static Tensor Norm(Tensor x) => x.square().sum(Axes(x), keepdim: true).sqrt(); // [B, 1, ...]

    private static long[] Axes(Tensor x) => [.. Enumerable.Range(1, (int)x.ndim - 1).Select(axis => (long)axis)];
}
