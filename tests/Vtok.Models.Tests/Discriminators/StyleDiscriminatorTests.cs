using Vtok.Models.Discriminators;

namespace Vtok.Models.Tests.Discriminators;

[TestClass]
public sealed class StyleDiscriminatorTests
{
    private static readonly StyleDiscriminatorConfig Tiny = new()
    {
        PictureSide = 16,
        Channels = new Dictionary<int, int> { [4] = 6, [8] = 4, [16] = 4 },
    };

    [TestMethod]
    public void One_logit_a_picture_and_no_other_size()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        using StyleDiscriminator network = new(Tiny);
        network.Initialize(generator);

        Tensor logits = network.call(rand([3, 3, 16, 16], generator: generator));
        var error = Assert.ThrowsExactly<ArgumentException>(() => network.call(zeros(1, 3, 32, 32)));

        CollectionAssert.AreEqual(new long[] { 3, 1 }, logits.shape);
        StringAssert.Contains(error.Message, "16, 16");
    }

    [TestMethod]
    public void The_blur_keeps_an_even_picture_and_smooths_a_point_to_sixteenths()
    {
        using DisposeScope scope = NewDisposeScope();
        using BinomialBlur blur = new();
        Tensor point = zeros(1, 2, 5, 5);
        point[0, 1, 2, 2] = 16f;

        Tensor even = blur.call(ones(1, 2, 4, 4)), smoothed = blur.call(point);

        Assert.IsTrue(even.allclose(ones(1, 2, 4, 4)));
        CollectionAssert.AreEqual(new float[] { 1, 2, 1, 2, 4, 2, 1, 2, 1 }, smoothed[0, 1, 1..4, 1..4].contiguous().data<float>().ToArray());
        Assert.AreEqual(0f, smoothed[0, 0].abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(24, "power of two")]
    [DataRow(32, "resolution 32")]
    public void A_side_without_channels_is_refused(int side, string words)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => (Tiny with { PictureSide = side }).Validate());

        StringAssert.Contains(error.Message, words);
    }
}
