using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
[DoNotParallelize] // one of its checks counts the tensors of the whole process
public sealed class NumericSelfTestTests
{
    [TestMethod]
    public void Every_check_passes_on_the_libtorch_that_ships()
    {
        NativeTorch.Load();

        string[] faults = [.. NumericSelfTest.Run(CPU).Where(r => r.Fault is not null).Select(r => $"{r.Name}: {r.Fault}")];

        Assert.IsEmpty(faults, string.Join('\n', faults));
    }
}
