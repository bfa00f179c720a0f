namespace Vtok.Models.Seed;

/// <summary>Image embedding to the class labels of an unCLIP diffusion model (arXiv 2204.06125; Stable Diffusion 2.1 unCLIP), which draws SEED-2's pixels.</summary>
/// <remarks>The embedding is noised at a level and the level is said beside it. Schedule: squared cosine (arXiv 2102.09672, eq. 17).</remarks>
public sealed class UnclipConditioning
{
    private const double CosineOffset = 0.008;
    private const double LongestPeriod = 10000;

    private readonly double[] _betas, _kept;

    /// <summary>Computes the schedule.</summary>
    /// <param name="levels">Noise levels, 1..1,000,000.</param>
    /// <param name="mostBeta">Cap of a step's noise, above 0 and below 1.</param>
    public UnclipConditioning(int levels = 1000, double mostBeta = 0.999)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 1_000_000);
        if (mostBeta is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(mostBeta), mostBeta, "must be above 0 and below 1");
        _betas = [.. Enumerable.Range(0, levels).Select(i => Math.Min(1 - Squared((i + 1.0) / levels) / Squared((double)i / levels), mostBeta))];
        _kept = new double[levels];
        double product = 1;
        for (int i = 0; i < levels; i++)
            _kept[i] = product *= 1 - _betas[i];
    }

    /// <summary>Noise of each step.</summary>
    public IReadOnlyList<double> Betas => _betas;

    /// <summary>Share of the signal's variance that is left at each level.</summary>
    /// <remarks>Quirk: level 0 is not free of noise; 4.1e-5 of the variance is noise with the published schedule.</remarks>
    public IReadOnlyList<double> Kept => _kept;

    /// <summary>Embeddings and level to class labels.</summary>
    /// <param name="embeddings">[B, D], D even.</param>
    /// <param name="noise">Normal draws [B, D].</param>
    /// <param name="mean">Mean of the diffusion model's normalizer [1, D].</param>
    /// <param name="deviation">Its deviation [1, D].</param>
    /// <param name="level">Noise level; the published setting is 0.</param>
    /// <returns>[B, 2D]: the noised embedding, then cosines and sines of the level.</returns>
    /// <exception cref="ArgumentException">Shapes or level do not fit.</exception>
    public Tensor Labels(Tensor embeddings, Tensor noise, Tensor mean, Tensor deviation, int level = 0)
    {
        if (level < 0 || level >= _kept.Length)
            throw new ArgumentOutOfRangeException(nameof(level), level, $"expected 0..{_kept.Length - 1}");
        if (embeddings.ndim != 2 || embeddings.size(1) % 2 != 0 || !noise.shape.SequenceEqual(embeddings.shape))
            throw new ArgumentException($"embeddings [{string.Join(", ", embeddings.shape)}] and noise [{string.Join(", ", noise.shape)}], expected two of one shape [B, D], D even");
        using DisposeScope scope = NewDisposeScope();
        Tensor scaled = (embeddings - mean) / deviation;
        Tensor noised = scaled * Math.Sqrt(_kept[level]) + noise * Math.Sqrt(1 - _kept[level]);
        Tensor x = noised * deviation + mean;                                                           // [B, D]
        Tensor said = Said(level, (int)embeddings.size(1), embeddings.device).expand(embeddings.size(0), -1); // [B, D]
        return cat([x, said], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Class labels for guidance: the unconditional half first.</summary>
    /// <param name="conditional">[B, 2D].</param>
    /// <param name="negative">Labels to be led away from [B, 2D], noised at level 0 as published; null means zeros.</param>
    /// <returns>[2B, 2D].</returns>
    public static Tensor Guided(Tensor conditional, Tensor? negative = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([negative ?? zeros_like(conditional), conditional]).MoveToOuterDisposeScope();
    }

    private static Tensor Said(int level, int width, Device device)
    {
        int half = width / 2;
        double[] angles = [.. Enumerable.Range(0, half).Select(k => level * Math.Pow(LongestPeriod, -(double)k / half))];
        return tensor((float[])[.. angles.Select(a => (float)Math.Cos(a)), .. angles.Select(a => (float)Math.Sin(a))], device: device).unsqueeze(0); // [1, D]
    }

    private static double Squared(double share)
    {
        double cosine = Math.Cos((share + CosineOffset) / (1 + CosineOffset) * Math.PI / 2);
        return cosine * cosine;
    }
}
