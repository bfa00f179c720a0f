namespace Vtok.Models.Layers.Flow;

/// <summary>Times of a rectified flow and the straight line on which it moves: x_t = t noise + (1 - t) clean, so t = 1 is pure noise.</summary>
public static class FlowTimes
{
    /// <summary>Times for training from given draws.</summary>
    /// <param name="options">The distribution.</param>
    /// <param name="uniform">[B] in 0..1; read by uniform and stratified times.</param>
    /// <param name="normal">[B] standard normal; read by log-normal times that are not stratified.</param>
    /// <returns>[B] in 0..1.</returns>
    public static Tensor FromDraws(FlowTimeOptions options, Tensor uniform, Tensor normal)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor times;
        if (options.LogNormal)
        {
            times = (options.Stratified ? Spread(uniform) : normal).sigmoid();
        }
        else
        {
            times = options.ModeScale == 0
                ? uniform.alias()
                : 1 - uniform - ((uniform * (Math.PI / 2)).cos().square() - 1 + uniform) * options.ModeScale;
        }
        return times.MoveToOuterDisposeScope();
    }

    /// <summary>Times for training from a generator.</summary>
    /// <returns>[B] in 0..1 on the CPU.</returns>
    public static Tensor Draw(FlowTimeOptions options, long batch, Generator generator)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor uniform = rand([batch], generator: generator), normal = randn([batch], generator: generator);
        return FromDraws(options, uniform, normal).MoveToOuterDisposeScope();
    }

    /// <summary>The point of every sample at its time: [B, ...] between clean and noise, times [B].</summary>
    public static Tensor Mix(Tensor clean, Tensor noise, Tensor times)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor t = times.view([times.size(0), .. Enumerable.Repeat(1L, (int)clean.ndim - 1)]);
        return (t * noise + (1 - t) * clean).MoveToOuterDisposeScope();
    }

    /// <summary>Times of a sampler from pure noise to the clean end: 1, 1 - 1/S, ..., 1/S, 0.</summary>
    public static IReadOnlyList<double> Grid(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return [.. Enumerable.Range(0, steps + 1).Select(i => (double)(steps - i) / steps)];
    }

    // Draw i of B falls into the i-th of B equal parts, then through the inverse normal distribution.
    private static Tensor Spread(Tensor uniform)
    {
        long batch = uniform.size(0);
        Tensor even = (arange(batch, dtype: uniform.dtype, device: uniform.device) + uniform) / batch;
        return (2 * even - 1).erfinv() * Math.Sqrt(2);
    }
}
