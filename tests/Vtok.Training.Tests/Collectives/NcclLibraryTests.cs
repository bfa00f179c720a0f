using System.Runtime.InteropServices;
using Vtok.Training.Collectives;
using Vtok.Training.Collectives.Nccl;

namespace Vtok.Training.Tests.Collectives;

[TestClass]
public sealed class NcclLibraryTests
{
    private static bool Here => NativeLibrary.TryLoad("libnccl.so.2", out _) && (NativeLibrary.TryLoad("libcudart.so.13", out _) || NativeLibrary.TryLoad("libcudart.so.12", out _));

    [TestMethod]
    public void Every_function_is_there_and_ids_differ()
    {
        if (!Here)
        {
            Assert.Inconclusive("NCCL and the CUDA runtime are not installed");
            return;
        }
        var nccl = new NcclLibrary();
        byte[] one = new byte[NcclLibrary.IdBytes], other = new byte[NcclLibrary.IdBytes];

        nccl.MakeId(one);
        nccl.MakeId(other);

        CollectionAssert.AreNotEqual(one, other);
    }

    [TestMethod]
    public void Without_the_library_every_process_says_what_is_missing()
    {
        if (Here)
            Assert.Inconclusive("NCCL is installed");

        Exception?[] errors = Together.Try(2, collective => new NcclCollective(collective, 0).Dispose());

        foreach (Exception? error in errors)
        {
            Assert.IsInstanceOfType<CollectiveException>(error);
            StringAssert.Contains(error.Message, "can be loaded (put its folder into LD_LIBRARY_PATH, or use --transport tcp)");
        }
    }
}
