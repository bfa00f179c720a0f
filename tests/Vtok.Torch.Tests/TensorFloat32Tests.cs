using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
[DoNotParallelize] // the switch is the process's
public sealed class TensorFloat32Tests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_switch_of_this_libtorch_is_found_and_set_both_ways_without_a_gpu()
    {
        Assert.IsTrue(TensorFloat32.Available);

        TensorFloat32.Allow(true);
        Assert.IsTrue(TensorFloat32.RoundsProducts(TorchSharp.DeviceType.CUDA));
        Assert.IsFalse(TensorFloat32.RoundsProducts(TorchSharp.DeviceType.CPU));
        TensorFloat32.Allow(false);
        Assert.IsFalse(TensorFloat32.RoundsProducts(TorchSharp.DeviceType.CUDA));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Exactness_turns_off_what_libtorch_rounds_by_default_for_convolutions()
    {
        backends.cudnn.allow_tf32 = true;

        TensorFloat32.Exact(TorchSharp.DeviceType.CPU);
        Assert.IsTrue(backends.cudnn.allow_tf32, "a processor has nothing to do with it");
        TensorFloat32.Exact(TorchSharp.DeviceType.CUDA);

        Assert.IsFalse(backends.cudnn.allow_tf32);
        Assert.IsFalse(backends.cuda.matmul.allow_tf32);
    }
}
