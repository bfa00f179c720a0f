using TorchSharp;
using Vtok.Training.Losses;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class GridPatternTests
{
    [TestMethod]
    public void Noise_has_no_pattern_and_a_dot_grid_has()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor noise = randn([16, 3, 128, 128], generator: generator) * 0.1;
        Tensor dots = zeros(1, 3, 128, 128);
        dots[.., .., TensorIndex.Slice(0, null, 8), TensorIndex.Slice(0, null, 8)] = tensor(0.3f);

        double clean = GridPattern.Penalty(noise, 32).item<float>();
        double marked = GridPattern.Penalty(noise + dots, 32).item<float>();

        Assert.IsLessThan(0.02, clean);
        Assert.IsGreaterThan(0.1, marked);
    }

    [TestMethod]
    public void A_weave_whose_sign_follows_the_picture_escapes_the_grid_and_not_the_weave()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(8, CPU);
        Tensor noise = randn([16, 3, 128, 128], generator: generator) * 0.02;
        Tensor dots = zeros(1, 1, 128, 128);
        dots[.., .., TensorIndex.Slice(0, null, 4), TensorIndex.Slice(0, null, 4)] = tensor(0.2f);
        Tensor signs = nn.functional.interpolate(randn([16, 3, 4, 4], generator: generator).sign(), [128, 128], mode: InterpolationMode.Nearest);
        Tensor woven = noise + dots * signs;

        double grid = GridPattern.Penalty(woven, 32).item<float>() - GridPattern.Penalty(noise + dots, 32).item<float>();
        double clean = GridPattern.Weave(noise).item<float>(), weave = GridPattern.Weave(woven).item<float>();

        Assert.IsLessThan(-0.2, grid);
        Assert.AreEqual(1 / 64.0, clean, 0.005);
        Assert.IsGreaterThan(0.5, weave);
    }

    [TestMethod]
    public void Measuring_in_parts_equals_measuring_at_once()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(6, CPU);
        Tensor pictures = rand([6, 3, 64, 64], generator: generator);

        using var whole = new GridMeter(32);
        using var parts = new GridMeter(32);
        whole.Add(pictures);
        parts.Add(pictures[..2]);
        parts.Add(pictures[2..]);

        Assert.AreEqual(whole.Read().First, parts.Read().First, 1e-6);
        Assert.AreEqual(whole.Read().Second, parts.Read().Second, 1e-6);
    }

    [TestMethod]
    public void The_penalty_has_a_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        Tensor pictures = rand([2, 3, 64, 64], generator: generator).requires_grad_(true);

        GridPattern.Penalty(pictures, 16).backward();

        Assert.IsGreaterThan(0, pictures.grad!.abs().sum().item<float>());
    }
}
