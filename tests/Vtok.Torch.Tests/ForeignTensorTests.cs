using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class ForeignTensorTests
{
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
}
