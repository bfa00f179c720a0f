namespace Vtok.Models.Evaluation;

/// <summary>Inception score (arXiv 1606.03498, section 4) over all pictures at once, without splits.</summary>
public static class InceptionScore
{
    private const double Epsilon = 1e-16; // inside the logarithms, as published

    /// <summary>exp of the mean divergence of each picture's class distribution from their mean: logits [M, classes], in double.</summary>
    public static double Of(Tensor logits)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor likely = nn.functional.softmax(logits.to(ScalarType.Float64), dim: 1); // [M, classes]
        Tensor mean = likely.mean([0], keepdim: true);
        Tensor divergence = (likely * ((likely + Epsilon).log() - (mean + Epsilon).log())).sum(1);
        return Math.Exp(divergence.mean().item<double>());
    }
}
