using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class OneDPieceNetworkTests
{
    [TestMethod]
    public void A_training_step_reaches_every_parameter()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.TextAware);
        Tensor pictures = TinyModels.Pictures(2);

        QuantizerOutput quantized = network.Quantize(network.Encode(pictures));
        Tensor output = network.Decode(quantized.Quantized, text: ones(2, 4, 6));
        (nn.functional.mse_loss(output, pictures) + quantized.TotalLoss()).backward();

        string[] untouched = [.. network.named_parameters().Where(p => p.parameter.grad is null).Select(p => p.name)];
        Assert.IsEmpty(untouched, string.Join(", ", untouched));
    }

    [TestMethod]
    public void In_the_second_stage_the_quantizer_losses_are_exactly_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Nested);

        QuantizerOutput quantized = network.Quantize(network.Encode(TinyModels.Pictures(1)));

        Assert.AreEqual(0, quantized.TotalLoss().item<float>());
    }

    [TestMethod]
    public void In_the_second_stage_training_leaves_the_codebook_as_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Nested with { Clustering = true });
        Tensor before = network.Quantizer!.Codebook.clone();

        network.train();
        network.Quantize(network.Encode(TinyModels.Pictures(2)));

        Assert.IsTrue(network.Quantizer.Codebook.Equals(before));
        Assert.AreEqual(0f, network.Quantizer.get_buffer("embed_prob")!.abs().max().item<float>());
    }

    [TestMethod]
    public void Fewer_vectors_and_a_length_are_the_same_cut()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Nested);
        network.eval();
        Tensor quantized = network.Quantize(network.Encode(TinyModels.Pictures(1))).Quantized;

        Assert.IsTrue(network.Decode(quantized, 4).Equals(network.Decode(quantized.narrow(3, 0, 4))));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork first = TinyModels.Network(TinyModels.Nested, 5), same = TinyModels.Network(TinyModels.Nested, 5), other = TinyModels.Network(TinyModels.Nested, 6);

        Assert.IsTrue(first.state_dict().All(pair => pair.Value.Equals(same.state_dict()[pair.Key])));
        Assert.IsFalse(first.state_dict()["latent_tokens"].Equals(other.state_dict()["latent_tokens"]));
    }

    [TestMethod]
    public void Every_weight_is_drawn()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (OneDPieceConfig config in new[] { TinyModels.Nested, TinyModels.OneStage, TinyModels.TextAware, TinyModels.Continuous })
        {
            using OneDPieceNetwork network = new(config);
            using (no_grad())
                foreach ((string _, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
                    if (parameter.ndim > 1)
                        parameter.fill_(float.NaN);
            using Generator generator = new(1);

            network.Initialize(generator);

            string[] forgotten = [.. network.named_parameters().Where(p => p.parameter.isnan().any().item<bool>()).Select(p => p.name)];
            Assert.IsEmpty(forgotten, string.Join(", ", forgotten));
        }
    }
}
