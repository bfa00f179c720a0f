using Vtok.Imaging.Quality;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class FeatureDistanceTests
{
    [TestMethod]
    public void Distances_have_the_published_figures()
    {
        GoldenCase golden = GoldenCase.All(TestFolders.Golden("image-quality"), "fid_kid").Single();
        var x = new FeatureSet(golden.Values<double>("in.x"), golden.Shape("in.x")[1]);
        var y = new FeatureSet(golden.Values<double>("in.y"), golden.Shape("in.y")[1]);

        golden.AssertClose("fid", [FrechetDistance.Compute(x, y)]);
        golden.AssertClose("kid_unbiased", [KernelDistance.Unbiased(x, y)]);
        golden.AssertClose("kid_biased", [KernelDistance.Biased(x, y)]);
        golden.AssertClose("mu_x", x.Mean());
        golden.AssertClose("cov_x", [.. SquareRootFactor.Covariance(x).SelectMany(row => row)]);
    }

    [TestMethod]
    public void Few_pictures_of_many_features_give_the_same_as_the_covariance()
    {
        // Twelve rows of 8 features, the same padded with zeros to 20: one goes by covariances, the other by rows.
        double[] few = Random(12 * 8, seed: 1), other = Random(12 * 8, seed: 2);

        double narrow = FrechetDistance.Compute(new FeatureSet(few, 8), new FeatureSet(other, 8));
        double wide = FrechetDistance.Compute(Padded(few), Padded(other));

        Assert.AreEqual(narrow, wide, 1e-7);
    }

    [TestMethod]
    public void A_shift_of_all_features_adds_its_square_to_the_Frechet_distance()
    {
        double[] values = Random(300, seed: 3);
        var moved = new FeatureSet([.. values.Select(v => v + 2)], 3);

        Assert.AreEqual(3 * 4, FrechetDistance.Compute(new FeatureSet(values, 3), moved), 1e-9);
    }

    [TestMethod]
    public void Subsets_of_everything_are_the_whole()
    {
        var x = new FeatureSet(Random(60, seed: 4), 4);
        var y = new FeatureSet(Random(60, seed: 5), 4);

        (double mean, double deviation) = KernelDistance.OverSubsets(x, y, subsets: 7, size: 100);

        Assert.AreEqual(KernelDistance.Unbiased(x, y), mean, 1e-12);
        Assert.AreEqual(0, deviation, 1e-12);
    }

    [TestMethod]
    public void The_stream_of_subsets_is_SplitMix64()
    {
        var random = new SplitMix64(1234567); // first outputs of the published generator for this seed

        Assert.AreEqual(6457827717110365317UL, random.Next());
        Assert.AreEqual(3203168211198807973UL, random.Next());
    }

    [TestMethod]
    public void Sets_of_other_features_are_refused() =>
        Assert.ThrowsExactly<ArgumentException>(() => FrechetDistance.Compute(new FeatureSet(new double[8], 4), new FeatureSet(new double[6], 3)));

    [TestMethod]
    public void Eigenvectors_rebuild_the_matrix()
    {
        double[][] matrix = SquareRootFactor.Covariance(new FeatureSet(Random(200, seed: 6), 10));

        SymmetricEigen eigen = SymmetricEigen.Decompose(matrix);

        for (int i = 0; i < 10; i++)
            for (int j = 0; j < 10; j++)
                Assert.AreEqual(matrix[i][j], Enumerable.Range(0, 10).Sum(k => eigen.Values[k] * eigen.Vectors[k][i] * eigen.Vectors[k][j]), 1e-13);
    }

    private static FeatureSet Padded(double[] rows) =>
        new([.. Enumerable.Range(0, 12).SelectMany(i => rows[(i * 8)..(i * 8 + 8)].Concat(new double[12]))], 20);

    private static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }
}
