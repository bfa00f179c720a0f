using Vtok.Models.Seed;

namespace Vtok.Models.Tests.Seed;

[TestClass]
public sealed class UnclipConditioningTests
{
    [TestMethod]
    public void Every_level_keeps_less_of_the_embedding_and_level_0_already_loses_some()
    {
        UnclipConditioning conditioning = new();

        Assert.AreEqual(4.1e-5, 1 - conditioning.Kept[0], 1e-6);
        Assert.IsTrue(conditioning.Kept.Zip(conditioning.Kept.Skip(1)).All(pair => pair.Second < pair.First));
        Assert.AreEqual(0.999, conditioning.Betas[999]);
    }

    [TestMethod]
    public void Without_noise_level_0_keeps_the_mean_and_says_so_in_its_second_half()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = tensor(new float[,] { { 1, 2, 3, 4 } }), deviation = ones(1, 4);

        Tensor labels = new UnclipConditioning().Labels(mean, zeros(1, 4), mean, deviation);

        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 1, 1, 0, 0 }, labels.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow(-1), DataRow(1000)]
    public void A_level_outside_the_schedule_is_refused(int level)
    {
        using DisposeScope scope = NewDisposeScope();
        UnclipConditioning conditioning = new();

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => conditioning.Labels(zeros(1, 4), zeros(1, 4), zeros(1, 4), ones(1, 4), level));

        StringAssert.Contains(error.Message, "0..999");
    }
}
