using TorchSharp;
using Vtok.Models.Layers.Autoencoder;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class AutoencoderKlTests
{
    [TestMethod]
    [DoNotParallelize] // the default device belongs to the process
    [DataRow(4, 83_653_863L)]
    [DataRow(8, 83_709_419L)]
    [DataRow(16, 83_821_011L)]
    public void The_published_widths_have_the_published_number_of_parameters(int latentChannels, long expected)
    {
        set_default_device(META);
        try
        {
            using AutoencoderKl model = new(new AutoencoderKlConfig { LatentChannels = latentChannels });

            Assert.AreEqual(expected, model.parameters().Sum(p => p.numel()));
            Assert.AreEqual(248, model.state_dict().Count);
        }
        finally
        {
            set_default_device(CPU);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-4)]
    public void No_groups_are_refused(int groups)
    {
        AutoencoderKlConfig config = new() { LatentChannels = 4, NormGroups = groups };

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(config.Validate);
    }

    [TestMethod]
    public void Sides_that_the_factor_does_not_divide_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using AutoencoderKl model = new(new AutoencoderKlConfig { LatentChannels = 4, Widths = [4, 4, 8], NormGroups = 4 });

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Encode(zeros(1, 3, 8, 10)));

        StringAssert.Contains(error.Message, "10x8 pixels");
        StringAssert.Contains(error.Message, "divisible by 4");
    }

    [TestMethod]
    [DataRow("encoder.mid_block.attentions.0.query.weight", "encoder.mid_block.attentions.0.to_q.weight")]
    [DataRow("decoder.mid_block.attentions.0.proj_attn.bias", "decoder.mid_block.attentions.0.to_out.0.bias")]
    [DataRow("decoder.mid_block.attentions.0.to_k.bias", "decoder.mid_block.attentions.0.to_k.bias")]
    [DataRow("encoder.conv_in.weight", "encoder.conv_in.weight")]
    public void Old_names_of_the_attention_have_a_current_name(string key, string current) =>
        Assert.AreEqual(current, AutoencoderKl.CurrentName(key));
}
