using Vtok.Models.Residual;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class DctBandsTests
{
    [TestMethod]
    [DataRow(1), DataRow(5), DataRow(48), DataRow(96)]
    public void The_transform_is_orthonormal(int n)
    {
        using DisposeScope scope = NewDisposeScope();
        using DctBands bands = new(96, CPU);

        Tensor product = bands.Dct(n).mm(bands.Dct(n).t());

        Assert.IsLessThan(2e-6f, (product - eye(n)).abs().max().item<float>());
    }

    [TestMethod]
    public void A_band_keeps_the_energy_of_its_picture()
    {
        using DisposeScope scope = NewDisposeScope();
        using DctBands bands = new(32, CPU);
        Tensor coefficients = Noise(2, 3, 12, 12);

        Tensor picture = bands.ToPicture(coefficients, 12);
        Tensor full = bands.Draw(coefficients, 32, 0, 0, 32);

        Assert.AreEqual(coefficients.square().sum().item<float>(), picture.square().sum().item<float>(), 1e-3f);
        Assert.AreEqual(coefficients.square().sum().item<float>(), full.square().sum().item<float>(), 1e-3f);
        Assert.IsLessThan(1e-5f, (bands.ToCoefficients(picture) - coefficients).abs().max().item<float>());
        Assert.IsLessThan(1e-5f, (bands.Analyse(full, 12) - coefficients).abs().max().item<float>());
    }

    [TestMethod]
    public void A_crop_is_the_part_of_the_whole()
    {
        using DisposeScope scope = NewDisposeScope();
        using DctBands bands = new(32, CPU);
        Tensor coefficients = Noise(2, 3, 12, 12);

        Tensor crop = bands.Draw(coefficients, 32, 8, 4, 16);

        Assert.IsLessThan(1e-6f, (bands.Draw(coefficients, 32, 0, 0, 32)[.., .., 8..24, 4..20] - crop).abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(8), DataRow(16), DataRow(32)]
    public void A_flat_picture_keeps_its_value_at_any_side(int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using DctBands bands = new(32, CPU);
        Tensor coefficients = bands.Analyse(full([1, 1, 32, 32], 7f), 12);

        Tensor drawn = bands.Draw(coefficients, side, 0, 0, side);

        Assert.IsLessThan(1e-4f, (drawn - 7).abs().max().item<float>());
    }

    private static Tensor Noise(params long[] shape)
    {
        using Generator generator = new(5);
        return randn(shape, generator: generator);
    }
}
