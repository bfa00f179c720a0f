using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class FusedAdamWTests
{
    [TestMethod]
    public void The_fused_and_the_plain_update_agree()
    {
        double worst = WorstDifferenceAfterTwentySteps(parameter =>
        {
            var optimizer = new FusedAdamW([parameter]) { LearningRate = 0.01, WeightDecay = 0.1, Beta2 = 0.99 };
            return (optimizer, optimizer.StepManaged);
        }, beta2: 0.99);

        Assert.IsLessThan(1e-6, worst);
    }

    [TestMethod]
    public void The_fused_update_is_that_of_the_optimizer_in_TorchSharp()
    {
        double worst = WorstDifferenceAfterTwentySteps(parameter =>
        {
            var optimizer = optim.AdamW([parameter], 0.01, weight_decay: 0.1);
            return (optimizer, () => optimizer.step());
        }, beta2: 0.999);

        Assert.IsLessThan(1e-6, worst);
    }

    private static double WorstDifferenceAfterTwentySteps(Func<TorchSharp.Modules.Parameter, (IDisposable Optimizer, Action Step)> other, double beta2)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Tensor start = randn([7, 5], generator: generator), target = randn([7, 5], generator: generator);
        var fused = new TorchSharp.Modules.Parameter(start.clone());
        var plain = new TorchSharp.Modules.Parameter(start.clone());
        using var fusedOptimizer = new FusedAdamW([fused]) { LearningRate = 0.01, WeightDecay = 0.1, Beta2 = beta2 };
        (IDisposable plainOptimizer, Action step) = other(plain);
        using (plainOptimizer)
            for (int i = 0; i < 20; i++)
            {
                fused.grad = plain.grad = null;
                (fused - target).square().sum().backward();
                (plain - target).square().sum().backward();
                fusedOptimizer.Step();
                using (no_grad())
                    step();
            }
        return (fused - plain).abs().max().item<float>();
    }
}
