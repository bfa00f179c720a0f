using Vtok.Models.LlamaGen;
using Vtok.Models.Residual;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Tests.Commands;
using Vtok.Training.Titok;

namespace Vtok.Training.Tests.Measures;

[TestClass]
public sealed class KeptActivationsTests
{
    [TestMethod]
    public void A_transformer_keeps_sixteen_widths_a_position_and_layer()
    {
        var settings = (TitokSettings)Recipe.Load(TrainHarness.Tiny).Settings; // 32 pixels in patches of 8, 8 tokens, twice one layer of width 32
        const long positions = 1 + 16 + 8, pictures = 4 * 3 * 32 * 32 * sizeof(float);

        Assert.AreEqual(2 * 16 * 32 * positions * sizeof(float) + pictures, KeptActivations.OfTitok(settings.Network, bfloat16: false));
    }

    [TestMethod]
    public void Convolutions_keep_four_times_as_much_of_pictures_twice_as_wide()
    {
        LlamaGenConfig config = LlamaGenConfig.Vq16 with { Channels = 32, Attention = false };

        double ratio = (double)KeptActivations.OfLlamaGen(config, 256, bfloat16: false) / KeptActivations.OfLlamaGen(config, 128, bfloat16: false);

        Assert.AreEqual(4, ratio, 0.05);
    }

    [TestMethod]
    public void Attention_over_a_grid_grows_with_the_square_of_its_positions()
    {
        LlamaGenConfig with = LlamaGenConfig.Vq16 with { Channels = 32 }, without = with with { Attention = false };

        long small = Extra(128), large = Extra(256);

        Assert.IsGreaterThan(4 * small, large);
        Assert.IsLessThan(16 * small, large);

        long Extra(int side) => KeptActivations.OfLlamaGen(with, side, bfloat16: false) - KeptActivations.OfLlamaGen(without, side, bfloat16: false);
    }

    [TestMethod]
    public void Bfloat16_keeps_less_but_the_loss_stays_as_it_is()
    {
        long exact = KeptActivations.OfRefinement(new RefinementConfig(), 21, 128, bfloat16: false), coarse = KeptActivations.OfRefinement(new RefinementConfig(), 21, 128, bfloat16: true);

        Assert.IsLessThan(exact, coarse);
        Assert.IsGreaterThan(exact / 2, coarse);
    }
}
