using Vtok.Torch;

namespace Vtok.Models.Tests;

/// <summary>Loads libtorch once, with one thread: the tests run side by side and golden numbers are those of one thread.</summary>
[TestClass]
public static class TestAssembly
{
    [AssemblyInitialize]
    public static void LoadTorch(TestContext _)
    {
        NativeTorch.Load();
        OneThread();
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void OneThread() => set_num_threads(1);
}
