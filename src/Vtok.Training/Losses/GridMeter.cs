using Vtok.Models;

namespace Vtok.Training.Losses;

/// <summary>The measures of <see cref="GridPattern"/> over many pictures, taken some at a time.</summary>
public sealed class GridMeter : IDisposable
{
    private readonly int _period;
    private readonly Tensor _mean;
    private readonly Tensor _magnitude;
    private readonly Tensor _power;
    private long _count;

    /// <summary>Starts without pictures.</summary>
    /// <param name="period">Pixels, such as 64.</param>
    public GridMeter(int period)
    {
        _period = period;
        _mean = zeros([3, period, period]).DetachFromDisposeScope();
        _magnitude = zeros([3, period, period]).DetachFromDisposeScope();
        _power = zeros([]).DetachFromDisposeScope();
    }

    /// <summary>Takes pictures in.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1, H and W multiples of the period.</param>
    public void Add(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        (Tensor mean, Tensor magnitude, Tensor power) = GridPattern.Fold(pictures.cpu(), _period);
        long size = pictures.size(0);
        _mean.add_(mean * size);
        _magnitude.add_(magnitude * size);
        _power.add_(power * size);
        _count += size;
    }

    /// <summary>g1 and g2 of all pictures so far.</summary>
    public (double First, double Second) Read()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor first, Tensor second) = GridPattern.Measures(_mean / _count, _magnitude / _count, _power / _count);
        return (first.item<float>(), second.item<float>());
    }

    /// <summary><see cref="GridPattern.FixedPattern(Tensor, BatchMean)"/> of all pictures so far; they must be of the period's size and at least 2.</summary>
    public double ReadFixedPattern()
    {
        using DisposeScope scope = NewDisposeScope();
        return GridPattern.FixedPattern((_mean / _count).square().mean(), _power / _count, _count).item<float>();
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        _mean.Dispose();
        _magnitude.Dispose();
        _power.Dispose();
    }
}
