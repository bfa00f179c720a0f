using Vtok.Models.Lavit;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class LavitDecoderTests
{
    [TestMethod]
    public void A_picture_does_not_depend_on_its_neighbours_nor_on_their_padding()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator generator = new(7);
        using LavitDecoder decoder = TinyLavit.Decoder(TinyLavit.Low);
        Tensor codes = randn([12, 6], generator: generator);

        Tensor together = decoder.Features(codes, [3, 9]), first = decoder.Features(codes.narrow(0, 0, 3), [3]), second = decoder.Features(codes.narrow(0, 3, 9), [9]);

        Assert.IsTrue(together.allclose(cat([first, second]), 1e-4, 1e-5));
        Assert.IsFalse(first.allclose(second, 1e-4, 1e-5));
    }

    [TestMethod]
    public void Both_resolutions_have_the_conditioning_of_their_diffusion_model()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using LavitDecoder low = TinyLavit.Decoder(TinyLavit.Low), high = TinyLavit.Decoder(TinyLavit.High);
        Tensor codes = randn(4, 6);
        Tensor lowFeatures = low.Features(codes, [4]), highFeatures = high.Features(codes, [4]);

        LowConditioning below = DiffusionConditioning.Low(low.Prompt(lowFeatures), ones(1, 3, 5));
        HighConditioning above = DiffusionConditioning.High(high.Prompt(highFeatures), high.Pooled(highFeatures), 896, 1152);

        CollectionAssert.AreEqual(new long[] { 2, 16, 5 }, below.HiddenStates.shape);
        CollectionAssert.AreEqual(new long[] { 3, 16 }, below.Mask.sum(1).data<long>().ToArray());
        Assert.AreEqual(15f, below.HiddenStates[0].sum().item<float>());
        CollectionAssert.AreEqual(new long[] { 2, 16, 9 }, above.HiddenStates.shape);
        CollectionAssert.AreEqual(new long[] { 2, 3 }, above.TextEmbeddings.shape);
        CollectionAssert.AreEqual(new float[] { 896, 1152, 0, 0, 896, 1152 }, above.TimeIds[1].data<float>().ToArray());
        Assert.AreEqual(0f, above.HiddenStates[0].abs().sum().item<float>());
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitDecoder decoder = TinyLavit.Decoder(TinyLavit.Low);
        Tensor codes = zeros(4, 6);

        Refused("0..16", () => decoder.Features(codes, [17]));
        Refused("of 4 codes", () => decoder.Features(codes, [1, 2]));
        Refused("[1, 1..16, 5]", () => DiffusionConditioning.Low(zeros(1, 16, 5), zeros(1, 17, 5)));
        Assert.ThrowsExactly<InvalidOperationException>(() => decoder.Pooled(zeros(1, 16, 88)));
    }

    private static void Refused(string words, Action act) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(act).Message, words);
}
