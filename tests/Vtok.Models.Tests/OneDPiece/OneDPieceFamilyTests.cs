using Vtok.Models.OneDPiece;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class OneDPieceFamilyTests
{
    [TestMethod]
    [DataRow("one-d-piece-s256", "one-d-piece")]
    [DataRow("titok-sl256-vq8k", "titok")]
    public void A_folder_without_a_config_is_known_by_its_weights(string name, string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        OneDPieceConfig config = OneDPiecePresets.Find(name)!.Config;
        SafetensorsWriter.Write(folder.File("model.safetensors"), OneDPiecePresets.Marks(config).ToDictionary(mark => mark.Key, mark => zeros(mark.Value)), null);

        TokenizerInfo info = ModelFolder.ReadInfo(folder.Root);
        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(family, info.Family);
        Assert.AreEqual(256, info.Lengths[^1]);
        Assert.AreEqual(CheckpointError.Mismatch, error.Error);
        StringAssert.Contains(error.Message, name); // the nearest known model
    }

    [TestMethod]
    public void Weights_of_no_published_model_still_need_a_config()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        SafetensorsWriter.Write(folder.File("model.safetensors"), new Dictionary<string, Tensor> { ["latent_tokens"] = zeros(3, 4) }, null);

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.ReadInfo(folder.Root));

        StringAssert.Contains(error.Message, "config.json");
    }

    [TestMethod]
    public void A_config_far_larger_than_its_weights_is_refused_before_memory_is_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Nested);
        OneDPieceConfig huge = TinyModels.Nested with { Encoder = new TransformerSize(65536, 1000, 64) };
        ModelFolder.Save(folder.Root, huge.ToModelConfig(), network.state_dict());

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        StringAssert.Contains(error.Message, "do not belong together");
    }

    [TestMethod]
    public void A_published_name_that_is_missing_is_listed()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Nested);
        Dictionary<string, Tensor> tensors = network.state_dict();
        tensors.Remove("pixel_decoder.conv_in.weight");
        ModelFolder.Save(folder.Root, TinyModels.Nested.ToModelConfig(), tensors);

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        StringAssert.Contains(error.Message, "pixel_decoder.conv_in.weight");
    }
}
