using Vtok.Models.FlexTok;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokEncoderTests
{
    private const double Rounding = 1e-5;

    [TestMethod]
    [DataRow(RegisterMask.CausalLast), DataRow(RegisterMask.Causal)]
    public void The_first_registers_do_not_depend_on_later_ones(RegisterMask mask)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokEncoder encoder = TinyFlexTok.Encoder(TinyFlexTok.Config.Encoder with { Mask = mask });
        Tensor latents = TinyFlexTok.Noise([2, 4, 8, 8]), all = encoder.call(latents);

        foreach (int registers in (int[])[1, 5, 15])
            Assert.IsLessThan(Rounding, (encoder.Encode(latents, registers) - all.narrow(1, 0, registers)).abs().max().item<float>());
    }

    [TestMethod]
    public void Patches_never_see_registers()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokEncoder encoder = TinyFlexTok.Encoder();
        Tensor latents = TinyFlexTok.Noise([1, 4, 8, 8]);
        List<Tensor> one = [], many = [];

        encoder.Encode(latents, 1, one);
        encoder.Encode(latents, TinyFlexTok.Registers, many);

        Assert.IsLessThan(Rounding, (one[^1].narrow(0, 0, 16) - many[^1].narrow(0, 0, 16)).abs().max().item<float>());
    }

    [TestMethod]
    public void A_picture_does_not_depend_on_its_neighbours()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokEncoder encoder = TinyFlexTok.Encoder();
        Tensor latents = TinyFlexTok.Noise([3, 4, 8, 4]), together = encoder.call(latents);

        for (int i = 0; i < 3; i++)
            Assert.IsLessThan(Rounding, (encoder.call(latents.narrow(0, i, 1)) - together.narrow(0, i, 1)).abs().max().item<float>());
    }

    [TestMethod]
    public void Latents_that_do_not_fit_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokEncoder encoder = TinyFlexTok.Encoder();

        foreach (long[] shape in (long[][])[[1, 8, 8, 8], [1, 4, 7, 8], [1, 4, 8, 10], [4, 8, 8]])
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => encoder.Encode(TinyFlexTok.Noise(shape), 1)).Message, "[B, 4, h, w]");
    }
}
