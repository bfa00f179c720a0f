using Vtok.Torch;

namespace Vtok.Models.Evaluation;

/// <summary>Frechet distance between the Gaussians of two sets of features (FID, arXiv 1706.08500, eq. 6).</summary>
public static class FrechetDistance
{
    /// <summary>|m1 - m2|^2 + tr(S1 + S2 - 2 sqrt(S1 S2)) with covariances over n - 1, in double.</summary>
    /// <param name="first">[n, D], n at least 2.</param>
    /// <param name="second">[m, D], m at least 2.</param>
    public static double Between(Tensor first, Tensor second)
    {
        if (first.ndim != 2 || second.ndim != 2 || first.size(1) != second.size(1) || first.size(0) < 2 || second.size(0) < 2)
            throw new ArgumentException($"features [{string.Join(", ", first.shape)}] and [{string.Join(", ", second.shape)}]: expected [n, D] and [m, D] of 2 rows or more");
        using DisposeScope scope = NewDisposeScope();
        (Tensor meanA, Tensor covarianceA) = Moments(first);
        (Tensor meanB, Tensor covarianceB) = Moments(second);
        // sqrt(A B) and sqrt(sqrt(A) B sqrt(A)) have the same trace, and the latter stays symmetric.
        (Tensor values, Tensor vectors) = linalg.eigh(covarianceA);
        Tensor root = SafeOps.MatMul(vectors * values.clamp_min(0).sqrt(), vectors.t());
        Tensor product = SafeOps.MatMul(SafeOps.MatMul(root, covarianceB), root);
        double crossed = linalg.eigvalsh(product).clamp_min(0).sqrt().sum().item<double>();
        double traces = (covarianceA.diagonal().sum() + covarianceB.diagonal().sum()).item<double>();
        return (meanA - meanB).square().sum().item<double>() + traces - 2 * crossed;
    }

    private static (Tensor Mean, Tensor Covariance) Moments(Tensor features)
    {
        Tensor rows = features.to(ScalarType.Float64);
        Tensor mean = rows.mean([0]);
        Tensor centred = rows - mean;
        return (mean, SafeOps.MatMul(centred.t(), centred) / (rows.size(0) - 1));
    }
}
