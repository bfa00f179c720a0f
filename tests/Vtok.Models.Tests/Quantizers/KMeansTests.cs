using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class KMeansTests
{
    [TestMethod]
    public void Clusters_that_lie_apart_are_found()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor centres = tensor((float[])[0, 0, 10, 0, 0, 10, 10, 10], [4, 2]);
        Tensor rows = centres.repeat(50, 1) + randn([200, 2], generator: generator) * 0.1;

        Tensor means = KMeans.Fit(rows, 4, onSphere: false, generator, rounds: 10);

        Tensor nearest = cdist(centres, means).min(1).values;
        Assert.IsLessThan(0.1f, nearest.max().item<float>());
    }

    [TestMethod]
    public void On_the_sphere_means_are_unit_vectors_and_lengths_do_not_matter()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator first = new(3), second = new(3), draws = new(4);
        Tensor rows = randn([100, 3], generator: draws);

        Tensor means = KMeans.Fit(rows, 5, onSphere: true, first, rounds: 5);
        Tensor longer = KMeans.Fit(rows * 7, 5, onSphere: true, second, rounds: 5);

        Assert.IsTrue(means.norm(1).allclose(ones(5)));
        Assert.IsTrue(means.allclose(longer, atol: 1e-5));
    }

    [TestMethod]
    public void More_clusters_than_rows_hold_every_row()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor rows = tensor((float[])[1, 2, 3], [3, 1]);

        Tensor means = KMeans.Fit(rows, 8, onSphere: false, generator, rounds: 2);

        Assert.AreEqual(0, cdist(rows, means).min(1).values.max().item<float>());
    }
}
