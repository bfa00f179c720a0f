using TorchSharp;
using Vtok.Training.Losses;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class DetailSpectrumTests
{
    [TestMethod]
    public void Smoother_pictures_have_no_excess_and_a_stripe_of_any_phase_has()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor originals = Smooth(randn([8, 3, 64, 64], generator: generator));
        Tensor phases = rand([8, 1, 1, 1], generator: generator) * 2 * Math.PI;
        Tensor stripe = ((arange(64) * (2 * Math.PI * 30 / 64)).view(1, 1, 64, 1) + phases).sin() * 0.05;

        double clean = DetailSpectrum.Excess(Smooth(originals), originals).item<float>();
        double striped = DetailSpectrum.Excess(Smooth(originals) + stripe, originals).item<float>();

        Assert.AreEqual(0, clean, 1e-6);
        Assert.IsGreaterThan(0.3, striped);
    }

    [TestMethod]
    public void The_excess_falls_along_its_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        Tensor originals = Smooth(randn([2, 3, 64, 64], generator: generator));
        Tensor pictures = (Smooth(originals) + randn([2, 3, 64, 64], generator: generator) * 0.1).requires_grad_(true);

        Tensor before = DetailSpectrum.Excess(pictures, originals);
        before.backward();
        Tensor after = DetailSpectrum.Excess(pictures.detach() - pictures.grad! * 10, originals);

        Assert.IsLessThan(before.item<float>(), after.item<float>());
    }

    [TestMethod]
    public void Measuring_in_parts_equals_measuring_at_once()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor originals = rand([5, 3, 64, 64], generator: generator), pictures = rand([5, 3, 64, 64], generator: generator);

        using var parts = new SpectrumMeter();
        parts.Add(pictures[..2], originals[..2]);
        parts.Add(pictures[2..], originals[2..]);

        Assert.AreEqual(DetailSpectrum.Excess(pictures, originals).item<float>(), parts.Read(), 1e-6);
    }

    private static Tensor Smooth(Tensor pictures) => nn.functional.avg_pool2d(pictures, 5, stride: 1, padding: 2);
}
