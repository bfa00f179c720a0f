using Vtok.Models.Residual;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class OpponentColourTests
{
    [TestMethod]
    public void An_error_in_the_opponent_space_is_the_error_in_RGB()
    {
        using DisposeScope scope = NewDisposeScope();
        using OpponentColour colour = new(CPU);
        using Generator generator = new(3);
        Tensor rgb = rand([2, 3, 4, 5], generator: generator);

        Tensor planes = colour.FromCentred((rgb - 0.5) * 255);

        Assert.IsLessThan(1e-6f, (colour.ToRgb(planes) - rgb).abs().max().item<float>());
        Assert.AreEqual(1f, (planes.square().sum() / ((rgb - 0.5) * 255).square().sum()).item<float>(), 1e-6f);
    }

    [TestMethod]
    public void Grey_lies_in_the_first_plane_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using OpponentColour colour = new(CPU);

        Tensor planes = colour.FromCentred(full([1, 3, 2, 2], 100f));

        Assert.AreEqual(100 * MathF.Sqrt(3), planes[0, 0, 0, 0].item<float>(), 1e-4f);
        Assert.IsLessThan(1e-4f, planes[.., 1..].abs().max().item<float>());
    }
}
