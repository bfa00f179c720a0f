using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class DiagonalGaussianTests
{
    [TestMethod]
    public void The_standard_normal_has_no_divergence_from_itself()
    {
        using DisposeScope scope = NewDisposeScope();
        using DiagonalGaussian gaussian = new(zeros(2, 6, 1, 4));

        Tensor divergence = gaussian.Divergence();

        CollectionAssert.AreEqual(new long[] { 2, 4 }, divergence.shape);
        Assert.AreEqual(0, divergence.abs().max().item<float>());
    }

    [TestMethod]
    public void A_sample_has_the_stated_mean_and_spread()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = cat([full([1, 1, 1, 20_000], 3f), full([1, 1, 1, 20_000], MathF.Log(4))], 1);
        using DiagonalGaussian gaussian = new(parameters);
        using Generator generator = new(7);

        Tensor sample = gaussian.Sample(generator);

        Assert.AreEqual(3, sample.mean().item<float>(), 0.05);
        Assert.AreEqual(2, sample.std().item<float>(), 0.05);
    }

    [TestMethod]
    public void Without_spread_every_sample_is_the_mean()
    {
        using DisposeScope scope = NewDisposeScope();
        using DiagonalGaussian gaussian = new(ones(1, 4, 1, 3), deterministic: true);

        Assert.IsTrue(gaussian.Sample(ones(1, 2, 1, 3)).Equals(gaussian.Mean));
    }
}
