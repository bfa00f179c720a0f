using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class GradientCheckpointTests
{
    [TestMethod]
    public void A_block_computed_again_gives_the_plain_gradients_to_the_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(2, CPU);
        Tensor x = randn([3, 8], generator: generator).requires_grad_(true), weight = randn([8, 8], generator: generator);
        Tensor Block(Tensor v) => v.mm(weight).tanh().mm(weight);

        Block(x).sum().backward();
        Tensor plain = x.grad!.clone();
        x.grad = null;
        GradientCheckpoint.Run(Block, x).sum().backward();

        Assert.IsTrue(plain.Equals(x.grad!));
    }

    [TestMethod]
    public void A_block_that_does_not_look_at_its_input_gives_it_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(3).requires_grad_(true), weight = ones(3).requires_grad_(true);

        (GradientCheckpoint.Run(_ => weight * 2, x) + GradientCheckpoint.Run(_ => ones(3), x)).sum().backward();

        Assert.AreEqual(0f, x.grad!.abs().sum().item<float>());
        Assert.AreEqual(6f, weight.grad!.sum().item<float>());
    }

    [TestMethod]
    public void A_block_computed_again_under_autocast_computes_as_it_did_the_first_time()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor weight = randn([16, 16], generator: generator).requires_grad_(true), x = randn([4, 16], generator: generator).requires_grad_(true);
        Tensor[] plain = Gradients(block => block(x)), again = Gradients(block => GradientCheckpoint.Run(block, x));

        Assert.IsTrue(plain[0].Equals(again[0]));
        Assert.IsTrue(plain[1].Equals(again[1]));

        Tensor[] Gradients(Func<Func<Tensor, Tensor>, Tensor> run)
        {
            (weight.grad, x.grad) = (null, null);
            using (Autocast.Enter(DeviceType.CPU))
                run(input => nn.functional.gelu(input.mm(weight))).to(ScalarType.Float32).square().sum().backward();
            return [weight.grad!.clone(), x.grad!.clone()];
        }
    }
}
