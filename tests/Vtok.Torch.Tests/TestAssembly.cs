using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public static class TestAssembly
{
    [AssemblyInitialize]
    public static void LoadLibtorch(TestContext _)
    {
        NativeTorch.Load();
        set_num_threads(1);
    }
}
