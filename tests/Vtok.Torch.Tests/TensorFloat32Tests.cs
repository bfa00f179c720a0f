namespace Vtok.Torch.Tests;

[TestClass]
public sealed class TensorFloat32Tests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_switch_of_this_libtorch_is_found_and_set_both_ways_without_a_gpu()
    {
        Assert.IsTrue(TensorFloat32.Available);

        TensorFloat32.Allow(true);
        TensorFloat32.Allow(false);
    }
}
