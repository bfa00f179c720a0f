using Vtok.Imaging;
using Vtok.Imaging.Quality;

namespace Vtok.Parity.Imaging;

/// <summary>Frechet and kernel distance of given features.</summary>
internal sealed class FeatureDistanceRunner : ICaseRunner
{
    public string Family => "image-quality";

    public IReadOnlyList<string> Kinds { get; } = ["fid_kid"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        FeatureSet x = Features(golden.Input("x")), y = Features(golden.Input("y"));
        report.Compare("fid", FrechetDistance.Compute(x, y));
        report.Compare("kid_unbiased", KernelDistance.Unbiased(x, y));
        report.Compare("kid_biased", KernelDistance.Biased(x, y));
        report.Compare("mu_x", x.Mean());
        report.Compare("cov_x", [.. SquareRootFactor.Covariance(x).SelectMany(row => row)]);
    }

    private static FeatureSet Features(Tensor rows) => new(rows.data<double>().ToArray(), (int)rows.size(1)); // [N, D]
}
