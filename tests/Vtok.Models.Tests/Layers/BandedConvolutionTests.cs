using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class BandedConvolutionTests
{
    private const float Rounding = 1e-5f; // zero where these numbers were measured; other processors may choose other kernels for bands

    [TestMethod]
    [DataRow(3, 11, 1), DataRow(3, 11, 4), DataRow(3, 11, 11), DataRow(3, 1, 5), DataRow(1, 7, 3), DataRow(5, 9, 2)]
    public void Bands_of_any_height_give_the_whole_convolution(int kernel, int height, int rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(4);
        Tensor input = randn([2, 6, height, 8], generator: generator), weight = randn([5, 6, kernel, kernel], generator: generator), bias = randn([5], generator: generator);

        Tensor banded = BandedConvolution.Run(input, weight, bias, rows), whole = functional.conv2d(input, weight, bias, [1, 1], [kernel / 2, kernel / 2]);

        CollectionAssert.AreEqual(whole.shape, banded.shape);
        Assert.IsLessThan(Rounding, (banded - whole).abs().max().item<float>());
    }

    [TestMethod]
    public void Only_large_maps_without_a_graph_go_in_bands()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor large = empty(1, 128, 256, 256, device: META), weight = empty(128, 128, 3, 3);

        using (no_grad())
        {
            Assert.IsFalse(BandedConvolution.Pays(zeros(1, 3, 16, 16), weight));
            Assert.IsTrue(BandedConvolution.Pays(zeros(1, 128, 256, 256), weight));
            Assert.IsFalse(BandedConvolution.Pays(large, weight)); // another device
        }
        Assert.IsFalse(BandedConvolution.Pays(zeros(1, 128, 256, 256), weight));
    }
}
