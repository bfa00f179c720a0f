using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class NativeTorchTests
{
    [AssemblyInitialize]
    public static void LoadLibtorch(TestContext _)
    {
        NativeTorch.Load();
        set_num_threads(1);
    }

    [TestMethod]
    public void Autocast_computes_in_bfloat16_inside_its_scope_only()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(4, 4);

        ScalarType inside;
        using (Autocast.Enter(DeviceType.CPU))
            inside = x.mm(x).dtype;

        Assert.AreEqual(ScalarType.BFloat16, inside);
        Assert.AreEqual(ScalarType.Float32, x.mm(x).dtype);
    }

    [TestMethod]
    public void Wrong_shapes_in_a_matrix_product_are_an_exception_with_both_shapes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = zeros(2, 3), b = zeros(4, 5);

        var error = Assert.ThrowsExactly<ArgumentException>(() => SafeOps.MatMul(a, b));

        StringAssert.Contains(error.Message, "[2, 3]");
        StringAssert.Contains(error.Message, "[4, 5]");
    }

    [TestMethod]
    public void Gradient_checkpointing_gives_the_plain_gradients_to_the_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(3, 8, requires_grad: true);
        Tensor weight = randn(8, 8);
        Tensor Block(Tensor v) => v.mm(weight).tanh().mm(weight);

        Block(x).sum().backward();
        Tensor plain = x.grad!.clone();
        x.grad = null;
        GradientCheckpoint.Run(Block, x).sum().backward();

        Assert.AreEqual(0f, (plain - x.grad!).abs().max().item<float>());
    }

    [TestMethod]
    public unsafe void A_tensor_over_foreign_memory_shares_it()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] memory = [1, 2, 3, 4, 5, 6];
        fixed (float* p = memory)
        {
            Tensor view = ForeignTensor.Wrap(p, ScalarType.Float32, [2, 3]);
            memory[4] = 50;

            Assert.AreEqual(50f, view[1, 1].item<float>());
        }
    }

    [TestMethod]
    public void Fused_AdamW_equals_the_managed_one()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor start = randn(5, 7), target = randn(5, 7);
        var a = new TorchSharp.Modules.Parameter(start.clone());
        var b = new TorchSharp.Modules.Parameter(start.clone());
        using var fused = new FusedAdamW([a]) { LearningRate = 1e-2, WeightDecay = 0.1 };
        using var managed = optim.AdamW([b], 1e-2, weight_decay: 0.1);

        for (int step = 0; step < 20; step++)
        {
            a.grad = null;
            b.grad = null;
            (a - target).square().sum().backward();
            (b - target).square().sum().backward();
            fused.Step();
            managed.step();
        }

        Assert.IsLessThan(1e-6f, (a - b).abs().max().item<float>());
    }
}
