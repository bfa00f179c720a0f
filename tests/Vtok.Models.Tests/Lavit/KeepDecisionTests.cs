using Vtok.Models.Lavit;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class KeepDecisionTests
{
    [TestMethod]
    public void Noise_that_moves_both_chances_alike_changes_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(4);
        Tensor log = randn([3, 50, 2], generator: generator).log_softmax(-1), noise = KeepDecision.Noise(3, 50, generator);

        Assert.IsTrue(KeepDecision.Keep(log, noise).Equals(KeepDecision.Keep(log, noise + 2)));
        Assert.IsTrue(KeepDecision.Soft(log, noise).allclose(KeepDecision.Soft(log, noise + 2), 0, 1e-6));
        Assert.IsFalse(KeepDecision.Keep(log, noise).Equals(KeepDecision.Keep(log, null)));
    }

    [TestMethod]
    public void A_seed_gives_the_same_noise_again()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator one = new(9), same = new(9), other = new(10);

        Tensor noise = KeepDecision.Noise(1, 6, one);

        Assert.IsTrue(noise.Equals(KeepDecision.Noise(1, 6, same)));
        Assert.IsFalse(noise.Equals(KeepDecision.Noise(1, 6, other)));
    }

    [TestMethod]
    public void Equal_chances_keep()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.IsTrue(KeepDecision.Keep(full([1, 3, 2], -0.7f), null).all().item<bool>());
    }

    [TestMethod]
    public void A_picture_that_keeps_nothing_keeps_its_likeliest_patch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor log = tensor(new float[,,] { { { -3, -0.1f }, { -2, -0.2f }, { -4, 0 } }, { { -0.1f, -3 }, { -5, 0 }, { -5, 0 } } });

        Tensor kept = KeepDecision.Bound(KeepDecision.Keep(log, null), log, 3);

        CollectionAssert.AreEqual(new[] { false, true, false, true, false, false }, kept.data<bool>().ToArray());
    }

    [TestMethod]
    [DataRow(1, new[] { false, true, false, false })]
    [DataRow(2, new[] { true, true, false, false })]
    [DataRow(3, new[] { true, true, true, false })]
    [DataRow(4, new[] { true, true, true, false })]
    public void A_most_keeps_the_likeliest_and_the_first_of_equals(int most, bool[] expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor log = tensor(new float[,,] { { { -0.2f, -2 }, { -0.1f, -3 }, { -0.2f, -2 }, { -3, -0.1f } } });

        Tensor kept = KeepDecision.Bound(KeepDecision.Keep(log, null), log, most);

        CollectionAssert.AreEqual(expected, kept.data<bool>().ToArray());
    }
}
