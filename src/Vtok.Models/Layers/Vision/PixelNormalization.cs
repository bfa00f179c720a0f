namespace Vtok.Models.Layers.Vision;

/// <summary>Mean and deviation that a vision tower's pictures are normalised with, by channel (R, G, B).</summary>
public sealed class PixelNormalization
{
    private readonly double[] _mean, _deviation;

    /// <summary>Takes the numbers, for values in 0..1.</summary>
    /// <param name="mean">Three numbers.</param>
    /// <param name="deviation">Three numbers above 0.</param>
    public PixelNormalization(IReadOnlyList<double> mean, IReadOnlyList<double> deviation)
    {
        if (mean.Count != 3 || deviation.Count != 3 || deviation.Any(d => !(d > 0)))
            throw new ArgumentException("expected three means and three deviations above 0");
        (_mean, _deviation) = ([.. mean], [.. deviation]);
    }

    /// <summary>The numbers of CLIP (arXiv 2103.00020, published code), which EVA-CLIP keeps.</summary>
    public static PixelNormalization Clip { get; } = new([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>Means in the units of a tokenizer's description, 10^-9.</summary>
    public IReadOnlyList<int> MeanBillionths => Billionths(_mean);

    /// <summary>Deviations in the units of a tokenizer's description, 10^-9.</summary>
    public IReadOnlyList<int> DeviationBillionths => Billionths(_deviation);

    /// <summary>(x - mean) / deviation: [B, 3, H, W] in 0..1 to the same shape.</summary>
    public Tensor Apply(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = tensor(_mean, pictures.dtype, pictures.device).view(1, 3, 1, 1), deviation = tensor(_deviation, pictures.dtype, pictures.device).view(1, 3, 1, 1);
        return ((pictures - mean) / deviation).MoveToOuterDisposeScope();
    }

    private static int[] Billionths(double[] values) => [.. values.Select(v => (int)Math.Round(v * 1e9))];
}
