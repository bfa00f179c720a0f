using Vtok.Torch;

namespace Vtok.Training.Losses;

/// <summary>Multi-scale SSIM of pictures of one size, differentiable (Wang, Simoncelli, Bovik 2003): the metric's own formula per channel.</summary>
/// <remarks>Up to five scales, as many as keep a side of 11 pixels; with fewer than five the weights of those that are left are scaled to the
/// sum of all. Windows lie wholly inside, as in <c>ImageMetrics.MsSsim</c>, with which it agrees from sides of 176 on.</remarks>
public sealed class MultiScaleSsim : IDisposable
{
    private const int Taps = 11;
    private const double Sigma = 1.5;
    private const double Least = 1e-4; // below it a term has no gradient: a power of nearly 0 has one without bound

    private static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    private readonly Tensor[] _blurs; // [side - 10, side] of each scale
    private readonly double[] _weights;

    /// <summary>Prepares the windows.</summary>
    /// <param name="side">Side of the pictures, at least 11, a multiple of 2^(scales - 1).</param>
    /// <param name="device">Where the pictures are. Default: CPU.</param>
    public MultiScaleSsim(int side, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, Taps);
        int scales = Enumerable.Range(1, Weights.Length).Last(count => side >> (count - 1) >= Taps);
        if (side % (1 << (scales - 1)) != 0)
            throw new ArgumentException($"side {side}: expected a multiple of {1 << (scales - 1)}", nameof(side));
        using DisposeScope scope = NewDisposeScope();
        _blurs = [.. Enumerable.Range(0, scales).Select(scale => Blur(side >> scale, device ?? CPU).DetachFromDisposeScope())];
        double share = Weights.Sum() / Weights.Take(scales).Sum();
        _weights = [.. Weights.Take(scales).Select(weight => weight * share)];
    }

    /// <summary>Similarity of each pair, 0..1, mean of the channels.</summary>
    /// <param name="a">[B, C, S, S] in 0..1.</param>
    /// <param name="b">The same.</param>
    /// <returns>[B].</returns>
    /// <exception cref="ArgumentException">The shapes differ, or are not those of the prepared side.</exception>
    public Tensor Of(Tensor a, Tensor b)
    {
        long side = _blurs[0].size(1);
        if (a.ndim != 4 || a.size(2) != side || a.size(3) != side || !a.shape.AsSpan().SequenceEqual(b.shape))
            throw new ArgumentException($"pictures [{string.Join(", ", a.shape)}] and [{string.Join(", ", b.shape)}], expected two of [B, C, {side}, {side}]");
        using DisposeScope scope = NewDisposeScope();
        Tensor? product = null; // [B, C]
        for (int scale = 0; scale < _blurs.Length; scale++)
        {
            bool last = scale == _blurs.Length - 1;
            Tensor term = Term(a, b, _blurs[scale], withLuminance: last).clamp(Least).pow(_weights[scale]);
            product = product is null ? term : product * term;
            if (!last)
                (a, b) = (nn.functional.avg_pool2d(a, 2), nn.functional.avg_pool2d(b, 2));
        }
        return product!.mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the windows.</summary>
    public void Dispose()
    {
        foreach (Tensor blur in _blurs)
            blur.Dispose();
    }

    // Means of the maps of contrast and structure, or of SSIM: [B, C].
    private static Tensor Term(Tensor a, Tensor b, Tensor blur, bool withLuminance)
    {
        const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
        Tensor meanA = Smooth(a), meanB = Smooth(b);
        Tensor powerA = meanA.square(), powerB = meanB.square(), cross = meanA * meanB;
        Tensor variances = Smooth(a.square() + b.square()) - powerA - powerB;
        Tensor covariance = Smooth(a * b) - cross;
        Tensor map = (2 * covariance + c2) / (variances + c2);
        if (withLuminance)
            map = map * ((2 * cross + c1) / (powerA + powerB + c1));
        return map.mean([2, 3]);

        // A separable window as two products of matrices: faster on a CPU than a convolution of single channels.
        Tensor Smooth(Tensor x) => SafeOps.MatMul(SafeOps.MatMul(blur, x), blur.t());
    }

    private static Tensor Blur(int side, Device device)
    {
        double[] taps = [.. Enumerable.Range(0, Taps).Select(i => Math.Exp(-Math.Pow(i - Taps / 2, 2) / (2 * Sigma * Sigma)))];
        double sum = taps.Sum();
        int rows = side - Taps + 1;
        float[] window = new float[rows * side];
        for (int row = 0; row < rows; row++)
            for (int tap = 0; tap < Taps; tap++)
                window[row * side + row + tap] = (float)(taps[tap] / sum);
        return tensor(window, [rows, side], device: device);
    }
}
