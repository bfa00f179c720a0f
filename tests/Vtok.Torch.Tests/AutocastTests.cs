using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class AutocastTests
{
    [TestMethod]
    public void Products_are_bfloat16_inside_its_scope_only()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(4, 4);

        ScalarType inside;
        using (Autocast.Enter(DeviceType.CPU))
            inside = x.mm(x).dtype;

        Assert.AreEqual(ScalarType.BFloat16, inside);
        Assert.AreEqual(ScalarType.Float32, x.mm(x).dtype);
    }
}
