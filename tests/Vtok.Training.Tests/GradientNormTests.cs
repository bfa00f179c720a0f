using TorchSharp;
using Vtok.Training.Optimization;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class GradientNormTests
{
    [TestMethod]
    [DataRow(1.0, 1.0), DataRow(100.0, 13.0), DataRow(0.0, 13.0)]
    public void Gradients_longer_than_the_limit_are_scaled_to_it_and_shorter_ones_stay(double limit, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        var a = new TorchSharp.Modules.Parameter(zeros(2));
        var b = new TorchSharp.Modules.Parameter(zeros(1));
        (a * tensor((float[])[3, 4])).sum().backward();
        (b * 12).sum().backward();

        Tensor norm = GradientNorm.Clip([a, b], limit);

        Assert.AreEqual(13, norm.item<float>(), 1e-5);
        Assert.AreEqual(expected, Math.Sqrt((a.grad!.square().sum() + b.grad!.square().sum()).item<float>()), 1e-4);
    }
}
