using Vtok.Models.Layers.Flow;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class RectifiedFlowSamplerTests
{
    [TestMethod]
    [DataRow(FlowSolver.Euler), DataRow(FlowSolver.Heun), DataRow(FlowSolver.FewStep)]
    public void On_a_straight_line_every_solver_arrives_in_any_number_of_steps(FlowSolver solver)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noise = randn([2, 3, 4], generator: new Generator(1)), clean = randn([2, 3, 4], generator: new Generator(2));

        foreach (int steps in (int[])[1, 2, 7])
        {
            var sampler = new RectifiedFlowSampler(steps, solver);
            // The velocity that leads from x at a time straight to the clean end.
            Tensor arrived = sampler.Sample(noise, (x, time) => (x - clean) / time, () => noise * 2);

            Assert.IsLessThan(1e-5, (arrived - clean).abs().max().item<float>());
        }
    }

    [TestMethod]
    public void Heun_is_of_second_order_where_Euler_is_of_first()
    {
        using DisposeScope scope = NewDisposeScope();
        // dx/dt = x has the solution e^t: from e at time 1 to 1 at time 0.
        double Error(FlowSolver solver, int steps) => Math.Abs(new RectifiedFlowSampler(steps, solver).Sample(tensor([Math.E]), (x, _) => x).item<double>() - 1);

        Assert.AreEqual(2, Error(FlowSolver.Euler, 50) / Error(FlowSolver.Euler, 100), 0.1);
        Assert.AreEqual(4, Error(FlowSolver.Heun, 50) / Error(FlowSolver.Heun, 100), 1.2);
    }

    [TestMethod]
    public void Times_go_from_noise_to_the_last_step()
    {
        CollectionAssert.AreEqual(new[] { 1, 0.75, 0.5, 0.25 }, new RectifiedFlowSampler(4).Times.ToArray());
    }

    [TestMethod]
    public void Steps_out_of_range_and_missing_noise_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RectifiedFlowSampler(0).Sample(zeros(1), (x, _) => x));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RectifiedFlowSampler(1001).Times);
        Assert.ThrowsExactly<ArgumentException>(() => new RectifiedFlowSampler(2, FlowSolver.FewStep).Sample(zeros(1), (x, _) => x));
    }

    [TestMethod]
    public void A_run_can_be_cancelled()
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = new CancellationTokenSource();

        Assert.ThrowsExactly<OperationCanceledException>(() => new RectifiedFlowSampler(5).Sample(zeros(1), (x, _) =>
        {
            source.Cancel();
            return x;
        }, cancellation: source.Token));
    }
}
