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
    public void Fixed_pattern_noise_is_the_mean_product_of_two_pictures_detail_over_its_mean_square()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(11, CPU);
        Tensor pictures = rand([3, 3, 64, 64], generator: generator) + rand([1, 3, 64, 64], generator: generator);
        Tensor detail = pictures - nn.functional.avg_pool2d(nn.functional.pad(pictures, [1, 1, 1, 1], PaddingModes.Replicate), 3, stride: 1);
        double products = ((detail[0] * detail[1]).mean() + (detail[0] * detail[2]).mean() + (detail[1] * detail[2]).mean()).item<float>() / 3;

        using var meter = new GridMeter(64);
        meter.Add(pictures[..1]);
        meter.Add(pictures[1..]);

        Assert.AreEqual(products / detail.square().mean().item<float>(), meter.ReadFixedPattern(), 1e-5);
    }

    [TestMethod]
    public void A_pattern_that_no_period_folds_is_fixed_pattern_noise()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(9, CPU);
        Tensor noise = randn([16, 3, 128, 128], generator: generator) * 0.1;
        Tensor wave = (arange(128) * (2 * Math.PI * 61 / 128)).sin().view(1, 1, 128, 1) * (arange(128) * (2 * Math.PI * 3 / 128)).sin() * 0.2;

        using var folded = new GridMeter(64);
        folded.Add(noise + wave);
        double alone = GridPattern.FixedPattern(noise).item<float>(), common = GridPattern.FixedPattern(noise + wave).item<float>();

        Assert.IsLessThan(0.01, folded.Read().First);
        Assert.AreEqual(0, alone, 0.002);
        Assert.IsGreaterThan(0.4, common);
    }

    [TestMethod]
    public void Detail_elsewhere_does_not_pay_for_a_pattern()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(10, CPU);
        Tensor noise = randn([16, 3, 64, 64], generator: generator) * 0.1;
        Tensor dots = zeros(1, 3, 64, 64);
        dots[.., .., TensorIndex.Slice(0, null, 4), TensorIndex.Slice(0, null, 4)] = tensor(0.3f);
        Func<Tensor, Tensor>[] penalties = [pictures => GridPattern.Weave(pictures), pictures => GridPattern.FixedPattern(pictures)];

        double[] gradients = [.. penalties.Select(GradientOfNoise)];

        foreach (double gradient in gradients)
            Assert.IsGreaterThan(-1e-3, gradient);

        double GradientOfNoise(Func<Tensor, Tensor> penalty)
        {
            Tensor scale = ones(1).requires_grad_(true);
            penalty(scale * noise + dots).backward();
            return scale.grad!.item<float>();
        }
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
