using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class SafeOpsTests
{
    [TestMethod]
    public void Wrong_shapes_in_a_matrix_product_are_an_exception_with_both_shapes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = zeros(2, 3), b = zeros(4, 5);

        var error = Assert.ThrowsExactly<ArgumentException>(() => SafeOps.MatMul(a, b));

        StringAssert.Contains(error.Message, "[2, 3]");
        StringAssert.Contains(error.Message, "[4, 5]");
    }
}
