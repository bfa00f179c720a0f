using Vtok.Models.TokenFlow;

namespace Vtok.Models.Tests.TokenFlow;

[TestClass]
public sealed class ScalePyramidTests
{
    [TestMethod]
    public void What_is_left_is_the_map_without_what_the_ids_decode_to()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(40, 6, 4);
        ScalePyramid pyramid = new(new ScaleList(1, 2, 3, 5), quantizer);
        Tensor map = Map(2);
        List<Tensor> left = [];

        Tensor ids = pyramid.Encode(map, 4, step => left.Add(step.Residual.clone().DetachFromDisposeScope()));

        for (int count = 1; count <= 4; count++)
        {
            Tensor sum = pyramid.Decode(ids.narrow(1, 0, pyramid.Scales.Lengths[count - 1])).detach();
            using Tensor rest = left[count - 1];
            Assert.IsTrue((map - sum - rest).abs().max().item<float>() < 1e-4, $"{count} scales");
        }
    }

    [TestMethod]
    public void Fewer_scales_give_the_prefix_and_a_batch_gives_what_its_pictures_give()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(40, 6, 4);
        ScalePyramid pyramid = new(new ScaleList(1, 2, 3, 5), quantizer);
        Tensor map = Map(3), all = pyramid.Encode(map, 4);

        for (int count = 1; count <= 4; count++)
            Assert.IsTrue(pyramid.Encode(map, count).Equals(all.narrow(1, 0, pyramid.Scales.Lengths[count - 1])));
        for (int i = 0; i < 3; i++)
            Assert.IsTrue(pyramid.Encode(map.narrow(0, i, 1), 4).Equals(all.narrow(0, i, 1)));
    }

    [TestMethod]
    public void A_map_of_one_scale_of_codes_comes_back_as_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(40, 6, 4);
        ScalePyramid pyramid = new(new ScaleList(5), quantizer);
        Tensor ids = arange(25, ScalarType.Int64).view(1, 25);

        Assert.IsTrue(ids.Equals(pyramid.Encode(pyramid.Decode(ids).detach(), 1)));
    }

    private static Tensor Map(int batch)
    {
        using Generator generator = new(9);
        return randn([batch, 10, 5, 5], generator: generator);
    }
}
