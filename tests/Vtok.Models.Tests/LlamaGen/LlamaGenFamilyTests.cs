using System.Text;
using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.LlamaGen;

[TestClass]
public sealed class LlamaGenFamilyTests
{
    [TestMethod]
    public void A_folder_opens_as_a_raster_model_of_any_size()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using LlamaGenNetwork network = TinyLlamaGen.Network();
        ModelFolder.Save(folder.Root, PublishedConfig.Write(TinyLlamaGen.Config), network.state_dict());
        using IDisposable quiet = no_grad();
        Tensor pictures = TinyLlamaGen.Pictures(1, 20, 12);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.AreEqual("llamagen", model.Info.Family);
        Assert.AreEqual(TokenOrder.Raster, model.Info.Order);
        Assert.AreEqual(4, model.Info.Factor);
        Assert.IsTrue(model.Encode(pictures).Equals(network.Encode(pictures * 2 - 1).flatten(1)));
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void The_usage_buffer_may_be_there_or_not_whatever_the_config_says(bool inConfig, bool inWeights)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using LlamaGenNetwork network = TinyLlamaGen.Network(TinyLlamaGen.Config with { ShowUsage = inWeights });
        ModelFolder.Save(folder.Root, PublishedConfig.Write(TinyLlamaGen.Config with { ShowUsage = inConfig }), network.state_dict());

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.AreEqual(inWeights, network.state_dict().ContainsKey("quantize.codebook_used"));
        Assert.AreEqual(4, model.Info.Factor);
    }

    [TestMethod]
    [DataRow("VQ-16", 16)]
    [DataRow("VQ-8", 8)]
    public void Weights_alone_tell_the_published_models_apart(string name, int factor)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        LlamaGenConfig config = name == "VQ-8" ? LlamaGenConfig.Vq8 : LlamaGenConfig.Vq16;
        KnownModel known = new LlamaGenFamily().Known.Single(model => model.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase));
        SafetensorsWriter.Write(folder.File("model.safetensors"), known.Shapes.ToDictionary(mark => mark.Key, mark => zeros(mark.Value)), null);

        TokenizerInfo info = ModelFolder.ReadInfo(folder.Root);
        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(factor, info.Factor);
        Assert.AreEqual(config.CodebookSize, info.Vocabulary.SizeAt(0));
        Assert.AreEqual(CheckpointError.Mismatch, error.Error); // most tensors are missing
        StringAssert.Contains(error.Message, known.Name);
    }

    [TestMethod]
    [DataRow("""{"vq_model":"VQ-8"}""", 8)]
    [DataRow("""{"model":"VQ-16","codebook_size":4096}""", 16)]
    [DataRow("""{"config":{"codebook_embed_dim":8,"encoder_ch_mult":[1,2,4],"decoder_ch_mult":[1,2,4]}}""", 4)]
    public void A_config_names_a_model_or_gives_the_published_fields(string json, int factor)
    {
        ModelConfig config = ModelConfig.FromJson(Encoding.UTF8.GetBytes(json));

        Assert.AreEqual("llamagen", ModelFamilies.Of(config).Name);
        Assert.AreEqual(factor, PublishedConfig.Read(config).Factor);
    }

    [TestMethod]
    public void A_written_config_reads_back_equal() =>
        Assert.AreEqual(TinyLlamaGen.Config, PublishedConfig.Read(PublishedConfig.Write(TinyLlamaGen.Config)));

    [TestMethod]
    public void Any_quantizer_and_a_network_without_attention_come_back_from_a_config_and_a_published_one_says_neither()
    {
        LlamaGenConfig tiny = TinyLlamaGen.Config with { Normalize = false, Attention = false };
        LlamaGenConfig[] configs =
        [
            tiny with { Learning = CodebookLearning.MovingAverage, Decay = 0.9 },
            tiny with { Kind = QuantizerKind.Residual, Depth = 3 },
            tiny with { Kind = QuantizerKind.FiniteScalar, Levels = [5, 4], CodebookSize = 20, CodeDimension = 2 },
            tiny with { Kind = QuantizerKind.LookupFree, CodebookSize = 16 },
            tiny with { Kind = QuantizerKind.Spherical, CodebookSize = 16 },
        ];

        foreach (LlamaGenConfig config in configs)
            Assert.AreEqual(config, PublishedConfig.Read(PublishedConfig.Write(config)));
        Assert.AreEqual(8000, configs[1].Vocabulary);
        Assert.IsFalse(PublishedConfig.Write(LlamaGenConfig.Vq16).Has("quantizer") || PublishedConfig.Write(LlamaGenConfig.Vq16).Has("attention"));
    }

    [TestMethod]
    [DataRow("""{"vq_model":"VQ-8","quantizer":{"kind":"rvq"}}""", "quantizer.kind")]
    [DataRow("""{"vq_model":"VQ-8","codebook_l2_norm":false,"quantizer":{"kind":"residual","depth":4}}""", "16384^4")]
    [DataRow("""{"vq_model":"VQ-8","quantizer":{"kind":"fsq","levels":[8,8]}}""", "64 codes of dimension 2")]
    [DataRow("""{"vq_model":"VQ-8","codebook_size":1}""", "codebook_size")]
    [DataRow("""{"vq_model":"VQ-8","encoder_ch_mult":[1,2]}""", "2 levels")]
    [DataRow("""{"vq_model":"VQ-8","ch":100}""", "32 groups")]
    [DataRow("""{"vq_model":"VQ-8","codebook_l2_norm":"yes"}""", "codebook_l2_norm")]
    public void A_config_that_makes_no_model_is_refused_by_name(string json, string words)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => PublishedConfig.Read(ModelConfig.FromJson(Encoding.UTF8.GetBytes(json))));

        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
        StringAssert.Contains(error.Message, words);
    }

    [TestMethod]
    public void Half_of_the_weights_are_listed_by_what_is_missing()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using LlamaGenNetwork network = TinyLlamaGen.Network();
        Dictionary<string, Tensor> half = network.state_dict().Where(pair => !pair.Key.StartsWith("decoder.", StringComparison.Ordinal)).ToDictionary();
        ModelFolder.Save(folder.Root, PublishedConfig.Write(TinyLlamaGen.Config), half);

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        StringAssert.Contains(error.Message, "missing: decoder.conv_blocks.*");
    }
}
