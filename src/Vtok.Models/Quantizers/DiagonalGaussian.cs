namespace Vtok.Models.Quantizers;

/// <summary>The bottleneck of a variational autoencoder: a Gaussian with independent dimensions (arXiv 1312.6114, section 3). Not discrete.</summary>
/// <remarks>The tensors belong to this object.</remarks>
public sealed class DiagonalGaussian : IDisposable
{
    // Published bounds of the log variance; they keep exp() finite.
    private const double LeastLogVariance = -30;
    private const double MostLogVariance = 20;

    /// <summary>Splits the channels into mean and log variance.</summary>
    /// <param name="parameters">[B, 2C, ...].</param>
    /// <param name="deterministic">Whether the spread is taken as zero.</param>
    /// <exception cref="ArgumentException">The number of channels is odd.</exception>
    public DiagonalGaussian(Tensor parameters, bool deterministic = false)
    {
        if (parameters.ndim < 2 || parameters.size(1) % 2 != 0)
            throw new ArgumentException($"[{string.Join(", ", parameters.shape)}]: expected an even number of channels in dimension 1", nameof(parameters));
        using DisposeScope scope = NewDisposeScope();
        Tensor[] halves = parameters.chunk(2, dim: 1);
        Mean = halves[0].DetachFromDisposeScope();
        LogVariance = halves[1].clamp(LeastLogVariance, MostLogVariance).DetachFromDisposeScope();
        Deterministic = deterministic;
        StandardDeviation = (deterministic ? zeros_like(Mean) : (LogVariance * 0.5).exp()).DetachFromDisposeScope();
        Variance = (deterministic ? zeros_like(Mean) : LogVariance.exp()).DetachFromDisposeScope();
    }

    /// <summary>[B, C, ...]; also the mode.</summary>
    public Tensor Mean { get; }

    /// <summary>[B, C, ...], clamped to -30..20.</summary>
    public Tensor LogVariance { get; }

    /// <summary>[B, C, ...].</summary>
    public Tensor StandardDeviation { get; }

    /// <summary>[B, C, ...].</summary>
    public Tensor Variance { get; }

    /// <summary>Whether the spread was taken as zero.</summary>
    public bool Deterministic { get; }

    /// <summary>Mean plus spread times given standard normal noise of the same shape.</summary>
    public Tensor Sample(Tensor noise)
    {
        using DisposeScope scope = NewDisposeScope();
        return (Mean + StandardDeviation * noise).MoveToOuterDisposeScope();
    }

    /// <summary>A draw; the noise comes from a processor's generator, so it is the same on every device.</summary>
    public Tensor Sample(Generator generator)
    {
        using DisposeScope scope = NewDisposeScope();
        return Sample(randn(Mean.shape, generator: generator).to(Mean.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Divergence from the standard normal, summed over dimensions 1 and 2: [B, N] for [B, C, 1, N]; [1] zeros when deterministic.</summary>
    /// <remarks>Quirk: the published sum stops before the token axis; training code sums it. Summing here would change every logged value.</remarks>
    public Tensor Divergence()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor divergence = Deterministic
            ? zeros(1, device: Mean.device)
            : (Mean.square() + Variance - 1 - LogVariance).sum([1, 2]) * 0.5;
        return divergence.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        LogVariance.Dispose();
        StandardDeviation.Dispose();
        Variance.Dispose();
    }
}
