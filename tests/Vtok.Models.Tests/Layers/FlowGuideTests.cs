using Vtok.Models.Layers.Flow;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class FlowGuideTests
{
    [TestMethod]
    public void A_scale_of_one_is_the_condition_and_zero_the_null_condition()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor c = Draw(1), u = Draw(2);

        Assert.IsLessThan(1e-6, (Guided(new FlowGuidance { Scale = 1 }, c, u) - c).abs().max().item<float>());
        Assert.IsLessThan(1e-6, (Guided(new FlowGuidance { Scale = 0 }, c, u) - u).abs().max().item<float>());
        Assert.IsLessThan(1e-6, (Guided(new FlowGuidance { Scale = 1, Projected = true }, c, u) - c).abs().max().item<float>());
        Assert.IsFalse(FlowGuidance.None.NeedsNull);
        Assert.IsTrue((FlowGuidance.None with { ScaleAt = GuidanceSchedule.Linear(3, 1) }).NeedsNull);
    }

    [TestMethod]
    public void What_projection_adds_is_bounded_and_square_to_the_condition()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor c = Draw(1), u = Draw(2) * 10;

        Tensor added = Guided(new FlowGuidance { Scale = 3, Projected = true }, c, u) - c;

        for (int i = 0; i < c.size(0); i++)
        {
            Assert.IsLessThan(1e-3, Math.Abs((added[i] * c[i]).sum().item<float>()));
            Assert.IsLessThanOrEqualTo(2 * 2.5 + 1e-4, added[i].norm().item<float>());
        }
    }

    [TestMethod]
    public void Momentum_remembers_the_last_difference_until_disposed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor c = Draw(1), u = Draw(2);
        var guide = new FlowGuide(new FlowGuidance { Scale = 3, Projected = true, Threshold = 0, Parallel = 1 });

        Tensor first = guide.Combine(c, u, 1), second = guide.Combine(c, u, 0.5);
        guide.Dispose();
        Tensor fresh = guide.Combine(c, u, 1);

        Assert.IsLessThan(1e-5, ((first - c) * 0.5 - (second - c)).abs().max().item<float>()); // d - 0.5 d
        Assert.IsTrue(first.Equals(fresh));
        guide.Dispose();
    }

    [TestMethod]
    public void Schedules_give_the_scale_of_a_time()
    {
        Assert.AreEqual((4.0, 2.5, 1.0), (GuidanceSchedule.Linear(4, 1)(1), GuidanceSchedule.Linear(4, 1)(0.5), GuidanceSchedule.Linear(4, 1)(0)));
        Assert.AreEqual((1.0, 5.0, 1.0), (GuidanceSchedule.Within(5, 0.2, 0.8)(0.9), GuidanceSchedule.Within(5, 0.2, 0.8)(0.5), GuidanceSchedule.Within(5, 0.2, 0.8)(0.1)));
    }

    private static Tensor Guided(FlowGuidance guidance, Tensor c, Tensor u)
    {
        using var guide = new FlowGuide(guidance);
        return guide.Combine(c, u, 0.5);
    }

    private static Tensor Draw(ulong seed) => randn([2, 3, 4, 4], generator: new Generator(seed));
}
