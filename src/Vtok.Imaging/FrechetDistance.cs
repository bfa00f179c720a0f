using Vtok.Imaging.Quality;

namespace Vtok.Imaging;

/// <summary>The Frechet distance of two feature sets, taken as Gaussians: the formula of FID (arXiv 1706.08500).</summary>
/// <remarks>Published rFID figures hold for one Inception network only. Name the network beside the number, and do not quote it for few pictures.</remarks>
public static class FrechetDistance
{
    /// <summary>|mean difference|^2 + trace(Sx + Sy - 2 (Sx Sy)^(1/2)), covariances with N - 1.</summary>
    /// <exception cref="ArgumentException">Rows of different length, or a set of one picture.</exception>
    public static double Compute(FeatureSet x, FeatureSet y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        x.RequireSameDimension(y);
        SquareRootFactor rootX = SquareRootFactor.Of(x), rootY = SquareRootFactor.Of(y);
        double distance = rootX.Trace + rootY.Trace;
        foreach ((double a, double b) in x.Mean().Zip(y.Mean()))
            distance += (a - b) * (a - b);
        return distance - 2 * SquareRootFactor.NuclearNorm(rootX, rootY);
    }
}
