using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class FusedAdamWTests
{
    [TestMethod]
    public void The_fused_and_the_plain_update_agree()
    {
        double worst = WorstDifferenceAfterTwentySteps();

        Assert.IsLessThan(1e-6, worst);
    }

    private static double WorstDifferenceAfterTwentySteps()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Tensor start = randn([7, 5], generator: generator), target = randn([7, 5], generator: generator);
        var fused = new TorchSharp.Modules.Parameter(start.clone());
        var plain = new TorchSharp.Modules.Parameter(start.clone());
        using var fusedOptimizer = new FusedAdamW([fused]) { LearningRate = 0.01, WeightDecay = 0.1, Beta2 = 0.99 };
        using var plainOptimizer = new FusedAdamW([plain]) { LearningRate = 0.01, WeightDecay = 0.1, Beta2 = 0.99 };
        for (int step = 0; step < 20; step++)
        {
            fused.grad = plain.grad = null;
            (fused - target).square().sum().backward();
            (plain - target).square().sum().backward();
            fusedOptimizer.Step();
            using (no_grad())
                plainOptimizer.StepManaged();
        }
        return (fused - plain).abs().max().item<float>();
    }
}
