using TorchSharp;
using Vtok.Torch;

namespace Vtok.Training.Tests;

[TestClass]
public static class TestAssembly
{
    [AssemblyInitialize]
    public static void Load(TestContext _)
    {
        NativeTorch.Load();
        OneThread();
    }

    private static void OneThread() => torch.set_num_threads(1);
}
