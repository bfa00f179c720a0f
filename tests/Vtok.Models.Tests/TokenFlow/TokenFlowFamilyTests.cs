using Vtok.Models.Tests.Weights;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.TokenFlow;

[TestClass]
public sealed class TokenFlowFamilyTests
{
    [TestMethod]
    [DataRow("tokenflow-clipb-224", 224, 561), DataRow("tokenflow-clipb-enhanced", 256, 817), DataRow("tokenflow-vitamin-256", 256, 817), DataRow("tokenflow-siglip-384", 384, 2227)]
    public void A_published_model_needs_no_config(string name, int side, int tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        KnownModel model = TokenFlowPresets.All.Single(preset => preset.Model.Name == name).Model;
        SafetensorsWriter.Write(folder.File("model.safetensors"), model.Shapes.ToDictionary(mark => mark.Key, mark => zeros(mark.Value)), null);

        TokenizerInfo info = ModelFolder.ReadInfo(folder.Root);
        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(("tokenflow", TokenOrder.Scales, side), (info.Family, info.Order, info.NativeWidth));
        Assert.AreEqual(tokens, info.Lengths[^1]);
        Assert.AreEqual(32768, info.Vocabulary.SizeAt(0));
        StringAssert.Contains(error.Message, "missing");
        StringAssert.Contains(error.Message, name);
    }

    [TestMethod]
    public void A_saved_model_opens_to_the_same_ids_and_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        ModelConfig config = TinyTokenFlow.Config(TinyTokenFlow.SigLip);
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer(TinyTokenFlow.SigLip);
        ModelFolder.Save(folder.Root, config, tokenizer.Network.state_dict());
        Tensor pictures = TinyTokenFlow.Pictures(1, 30), ids = tokenizer.Encode(pictures);

        using ITokenizerModel opened = ModelFolder.Open(folder.Root);

        Assert.IsInstanceOfType<IFeatureTokenizer>(opened);
        Assert.IsTrue(ids.Equals(opened.Encode(pictures)));
        Assert.IsTrue(tokenizer.Decode(ids).Equals(opened.Decode(ids)));
    }

    [TestMethod]
    public void The_usage_statistic_of_published_files_is_passed_over_and_anything_else_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        ModelConfig config = TinyTokenFlow.Config(TinyTokenFlow.Clip);
        using TokenFlowNetwork network = TinyTokenFlow.Network(config);
        Dictionary<string, Tensor> state = network.state_dict();
        state[TokenFlowNetwork.UsageBuffer] = zeros(131072);
        ModelFolder.Save(folder.Root, config, state);
        ModelFolder.Open(folder.Root).Dispose();

        state.Remove("quantize.embedding_vqgan.weight");
        state["decoder.extra"] = zeros(1);
        state["encode_task_layer.2.bias"] = zeros(7);
        ModelFolder.Save(folder.Root, config, state);
        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(CheckpointError.Mismatch, error.Error);
        foreach (string name in new[] { "quantize.embedding_vqgan.weight", "decoder.extra", "encode_task_layer.2.bias is [7], expected [6]" })
            StringAssert.Contains(error.Message, name);
    }

    [TestMethod]
    [DataRow("clipb_224", "clipb_448", "teacher")]
    [DataRow("[1,2,3,4]", "[1,2,3]", "scales")]
    [DataRow("[1,2,3,4]", "[4,2]", "ascending")]
    [DataRow("\"encoder_ch_mult\":[1,1,2]", "\"encoder_ch_mult\":[1,2]", "levels")]
    [DataRow("\"codebook_size\":32", "\"codebook_size\":1", "codebook_size")]
    [DataRow("\"heads\":2", "\"heads\":3", "heads")]
    [DataRow("{\"teacher\"", "{\"codebook_l2_norm\":false,\"teacher\"", "codebook_l2_norm")]
    public void A_setting_that_cannot_be_is_named(string from, string to, string named)
    {
        ModelConfig config = TinyTokenFlow.Config(TinyTokenFlow.Clip.Replace(from, to, StringComparison.Ordinal));

        var error = Assert.ThrowsExactly<CheckpointException>(() => TokenFlowConfig.Read(config));

        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
        StringAssert.Contains(error.Message, named);
    }

    [TestMethod]
    public void A_config_far_larger_than_its_weights_is_refused_before_memory_is_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using TokenFlowNetwork network = TinyTokenFlow.Network(TinyTokenFlow.Config(TinyTokenFlow.Clip));
        ModelFolder.Save(folder.Root, TinyTokenFlow.Config(TinyTokenFlow.Clip.Replace("\"ch\":4", "\"ch\":16384", StringComparison.Ordinal)), network.state_dict());

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        StringAssert.Contains(error.Message, "do not belong together");
    }
}
