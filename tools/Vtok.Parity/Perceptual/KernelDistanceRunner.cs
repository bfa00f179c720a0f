using Vtok.Imaging;
using Vtok.Imaging.Quality;

namespace Vtok.Parity.Perceptual;

/// <summary>mbn-KID on given features, and the drawing of its subsets.</summary>
internal sealed class KernelDistanceRunner : ICaseRunner
{
    public string Family => "perceptual-mobilenetv2";

    public IReadOnlyList<string> Kinds => ["kid"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        FeatureSet a = Features(golden.Input("a")), b = Features(golden.Input("b"));
        int subsets = golden.Config.GetProperty("subsets").GetInt32(), size = golden.Config.GetProperty("subset_size").GetInt32();
        ulong seed = golden.Config.GetProperty("seed").GetUInt64();
        (double mean, double deviation) = KernelDistance.OverSubsets(a, b, subsets, size, seed);
        report.Compare("mmd2_full", KernelDistance.Unbiased(a, b));
        report.Compare("subset_mmd2", KernelDistance.SubsetDistances(a, b, subsets, size, seed));
        report.Compare("kid_mean", mean);
        report.Compare("kid_std", deviation);
        report.Compare("first_subset_a", tensor(Array.ConvertAll(new SplitMix64(seed).Subset(size, a.Count), index => (long)index)));
    }

    private static FeatureSet Features(Tensor rows) => new(rows.data<float>().ToArray(), (int)rows.size(1)); // [N, D]
}
