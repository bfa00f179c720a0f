using TorchSharp;
using Vtok.Imaging;
using Vtok.Training.Losses;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class MultiScaleSsimTests
{
    [TestMethod]
    public void Agrees_with_the_metric_on_whole_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor clean = nn.functional.interpolate(rand([2, 3, 24, 24], generator: generator), [192, 192], mode: torch.InterpolationMode.Bicubic, align_corners: false).clamp(0, 1);
        Tensor a = Rounded(clean), b = Rounded(clean + 0.1 * randn([2, 3, 192, 192], generator: generator));
        using var similarity = new MultiScaleSsim(192);

        float[] found = similarity.Of(a, b).data<float>().ToArray();

        for (int i = 0; i < 2; i++)
            Assert.AreEqual(ImageMetrics.MsSsim(Picture(a[i]), Picture(b[i])), found[i], 2e-5);
    }

    [TestMethod]
    [DataRow(32, 16)]
    [DataRow(16, 32)]
    [DataRow(32, 32)]
    public void Pictures_of_another_size_are_refused(int first, int second)
    {
        using DisposeScope scope = NewDisposeScope();
        using var similarity = new MultiScaleSsim(16);

        Assert.ThrowsExactly<ArgumentException>(() => similarity.Of(zeros(1, 3, first, first), zeros(1, 3, second, second)));
    }

    [TestMethod]
    [DataRow(128)]
    [DataRow(16)]
    public void Equal_pictures_have_1_and_noise_less(int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        Tensor a = rand([3, 3, side, side], generator: generator);
        using var similarity = new MultiScaleSsim(side);

        Tensor equal = similarity.Of(a, a), other = similarity.Of(a, rand([3, 3, side, side], generator: generator));

        Assert.AreEqual(1, equal.min().item<float>(), 1e-5);
        Assert.IsLessThan(0.5f, other.max().item<float>());
    }

    [TestMethod]
    public void Its_gradient_is_finite_where_a_term_is_negative_and_leads_uphill()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor wanted = rand([1, 3, 64, 64], generator: generator);
        Tensor inverse = (1 - wanted).requires_grad_();
        Tensor noisy = (wanted + 0.3 * randn([1, 3, 64, 64], generator: generator)).requires_grad_();
        using var similarity = new MultiScaleSsim(64);

        similarity.Of(inverse, wanted).sum().backward();
        Tensor before = similarity.Of(noisy, wanted);
        before.sum().backward();
        Tensor after = similarity.Of(noisy.detach() + noisy.grad! * (1e-2 / noisy.grad!.norm()), wanted);

        Assert.IsTrue(inverse.grad!.isfinite().all().item<bool>());
        Assert.IsGreaterThan(before.item<float>(), after.item<float>());
    }

    private static Tensor Rounded(Tensor pictures) => (pictures.clamp(0, 1) * 255).round() / 255;

    private static RgbImage Picture(Tensor unit)
    {
        byte[] pixels = (unit * 255).round().permute(1, 2, 0).contiguous().to(ScalarType.Byte).data<byte>().ToArray();
        return new RgbImage((int)unit.size(2), (int)unit.size(1), pixels);
    }
}
