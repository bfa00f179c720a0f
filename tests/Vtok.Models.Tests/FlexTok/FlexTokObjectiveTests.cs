using Vtok.Models.FlexTok;
using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokObjectiveTests
{
    private const double Rounding = 1e-5;

    private static readonly long[] Shape = [3, 4, 8, 8];

    [TestMethod]
    public void At_the_start_the_loss_is_the_power_of_the_true_velocity()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokNetwork network = new(TinyFlexTok.Config);
        network.Initialize(new Generator(1));
        Tensor clean = TinyFlexTok.Noise(Shape), noise = TinyFlexTok.Noise(Shape, 4);

        Tensor errors = Run(network, clean, noise, [16, 3, 1], [false, false, true]).Errors;

        Assert.IsLessThan(Rounding, (errors - (noise - clean).square().mean([1, 2, 3])).abs().max().item<float>());
    }

    [TestMethod]
    public void A_picture_that_is_dropped_teaches_the_encoder_nothing_and_one_that_keeps_tokens_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokNetwork network = TinyFlexTok.Network();
        Tensor clean = TinyFlexTok.Noise(Shape).requires_grad_(), noise = TinyFlexTok.Noise(Shape, 4);

        FlexTokObjectiveOutput output = Run(network, clean, noise, [16, 3, 5], [false, false, true]);
        Tensor gradient = autograd.grad([output.Errors.sum()], [output.Features])[0]; // [B, N, d]

        Assert.AreEqual(0, gradient[2].abs().max().item<float>());
        Assert.IsGreaterThan(0, gradient[1].narrow(0, 0, 3).abs().max().item<float>());
        Assert.AreEqual(0, gradient[1].narrow(0, 3, 13).abs().max().item<float>());
        Assert.IsGreaterThan(0, gradient[0][15].abs().max().item<float>());
    }

    [TestMethod]
    public void Features_that_point_the_same_way_align_with_minus_one_whatever_their_length_and_grid()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor direction = TinyFlexTok.Noise([2, 6, 1, 1]);

        float loss = FlexTokObjective.Alignment(direction.expand(2, 6, 4, 4) * 3, direction.expand(2, 6, 5, 7)).item<float>();

        Assert.AreEqual(-1, loss, Rounding);
    }

    private static FlexTokObjectiveOutput Run(FlexTokNetwork network, Tensor clean, Tensor noise, int[] kept, bool[] dropped)
    {
        using FiniteScalarQuantizer quantizer = network.CreateQuantizer();
        return new FlexTokObjective(network.Encoder, quantizer, network.Decoder).Run(clean, noise, tensor([0.2f, 0.5f, 0.9f]), kept, dropped);
    }
}
