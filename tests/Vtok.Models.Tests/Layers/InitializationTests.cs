using Vtok.Models.Layers;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class InitializationTests
{
    [TestMethod]
    public void Uniform_starts_fill_their_bounds_and_no_more()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor kaiming = empty(64, 100), bias = empty(64), xavier = empty(50, 100);

        Initialization.KaimingUniform(kaiming, bias, generator);
        Initialization.XavierUniform(xavier, generator);

        Assert.AreEqual(0.1, kaiming.abs().max().item<float>(), 0.001);
        Assert.IsLessThanOrEqualTo(0.1f, bias.abs().max().item<float>());
        Assert.AreEqual(0.2, xavier.abs().max().item<float>(), 0.002);
    }

    [TestMethod]
    public void Truncated_normals_stay_inside_the_cut()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor weight = empty(200, 200);

        Initialization.TruncatedNormal(weight, 1, generator);

        Assert.IsLessThanOrEqualTo(2f, weight.abs().max().item<float>());
        Assert.AreEqual(0.88, weight.std().item<float>(), 0.01); // of a standard normal cut at two deviations
    }

    [TestMethod]
    [DoNotParallelize]
    public void The_global_generator_is_left_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor before = random.get_rng_state();

        using Generator generator = new(1);
        new MultiHeadAttention(8, 2).Initialize(0.02, generator);
        new Conv2d(3, 4, 3).Initialize(generator);

        using Tensor after = random.get_rng_state();
        Assert.IsTrue(before.Equals(after));
    }
}
