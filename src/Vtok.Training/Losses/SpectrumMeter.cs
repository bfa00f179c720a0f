using Vtok.Models;

namespace Vtok.Training.Losses;

/// <summary><see cref="DetailSpectrum.Excess(Tensor, Tensor, BatchMean)"/> over many pictures, taken some at a time.</summary>
public sealed class SpectrumMeter : IDisposable
{
    private Tensor? _power;
    private Tensor? _wanted;

    /// <summary>Takes pictures in.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1, H and W multiples of 32, of one size in all calls.</param>
    /// <param name="originals">What they are compared with, the same shape.</param>
    public void Add(Tensor pictures, Tensor originals)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Sum(ref _power, pictures);
        Sum(ref _wanted, originals);
    }

    /// <summary>The share of all pictures so far, 0..1; 0 without pictures.</summary>
    public double Read()
    {
        using DisposeScope scope = NewDisposeScope();
        return _power is null ? 0 : DetailSpectrum.ExcessOf(_power, _wanted!).item<float>();
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        _power?.Dispose();
        _wanted?.Dispose();
    }

    private static void Sum(ref Tensor? sum, Tensor pictures)
    {
        Tensor power = DetailSpectrum.Power(pictures) * pictures.size(0);
        if (sum is null)
            sum = power.DetachFromDisposeScope();
        else
            sum.add_(power);
    }
}
