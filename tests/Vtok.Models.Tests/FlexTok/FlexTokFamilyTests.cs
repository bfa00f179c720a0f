using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.FlexTok;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokFamilyTests
{
    [TestMethod]
    public void A_saved_folder_opens_and_gives_the_same_ids()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Save(folder, tokenizer.Network.state_dict());

        using ITokenizerModel opened = ModelFolder.Open(folder.Root);

        Assert.IsTrue(opened.Encode(TinyFlexTok.Pictures(2)).Equals(tokenizer.Encode(TinyFlexTok.Pictures(2))));
        Assert.AreEqual("flextok", opened.Info.Family);
    }

    [TestMethod]
    public void Folders_of_unpublished_arrangements_open_and_give_the_same_ids()
    {
        foreach (FlexTokConfig config in (FlexTokConfig[])[TinyFlexTok.Crossed, TinyFlexTok.Gridded])
        {
            using DisposeScope scope = NewDisposeScope();
            using TemporaryFolder folder = new();
            using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer(config: config);
            ModelFolder.Save(folder.Root, FlexTokTreeWriter.Write(config), tokenizer.Network.state_dict());

            using ITokenizerModel opened = ModelFolder.Open(folder.Root);

            Assert.IsTrue(opened.Encode(TinyFlexTok.Pictures(2)).Equals(tokenizer.Encode(TinyFlexTok.Pictures(2))));
            Assert.AreEqual(tokenizer.Info.Order, opened.Info.Order);
        }
    }

    [TestMethod]
    public void Weights_alone_open_by_the_tree_in_their_header()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Dictionary<string, string> header = FlexTokTreeWriter.Write(TinyFlexTok.Config).Root.ToDictionary(
            member => member.Key, member => member.Key == "_target_" ? member.Value!.GetValue<string>() : Python(member.Value));
        SafetensorsWriter.Write(folder.File("model.safetensors"), tokenizer.Network.state_dict(), header);

        using ITokenizerModel opened = ModelFolder.Open(folder.Root);

        Assert.IsTrue(opened.Encode(TinyFlexTok.Pictures(1)).Equals(tokenizer.Encode(TinyFlexTok.Pictures(1))));
    }

    [TestMethod]
    public void Names_of_checkpointing_wrappers_and_old_attention_are_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Save(folder, tokenizer.Network.state_dict().ToDictionary(
            pair => Old(pair.Key), pair => pair.Key.Contains("attentions.0.to_", StringComparison.Ordinal) && pair.Value.ndim == 2 ? pair.Value.unsqueeze(2).unsqueeze(3) : pair.Value));

        using ITokenizerModel opened = ModelFolder.Open(folder.Root);

        Assert.IsTrue(opened.Encode(TinyFlexTok.Pictures(1)).Equals(tokenizer.Encode(TinyFlexTok.Pictures(1))));
    }

    [TestMethod]
    public void Half_precision_weights_run_in_float32_on_a_processor()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Save(folder, tokenizer.Network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float16)));

        using ITokenizerModel opened = ModelFolder.Open(folder.Root);
        Tensor decoded = opened.Decode(opened.Encode(TinyFlexTok.Pictures(1)), new DecodeOptions { Steps = 1 });

        Assert.AreEqual(ScalarType.Float32, decoded.dtype);
        Assert.IsTrue(decoded.isfinite().all().item<bool>());
    }

    [TestMethod]
    public void Half_of_the_weights_is_refused_with_what_is_missing()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using FlexTokNetwork network = TinyFlexTok.Network();
        Save(folder, network.state_dict().Where(pair => !pair.Key.StartsWith("decoder.", StringComparison.Ordinal)).ToDictionary());

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(CheckpointError.Mismatch, error.Error);
        StringAssert.Contains(error.Message, "decoder.module_dict.*");
    }

    [TestMethod]
    public void Weights_of_another_size_are_refused_by_the_first_that_does_not_fit()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using var other = new FlexTokNetwork(TinyFlexTok.Config with { Encoder = TinyFlexTok.Config.Encoder with { Transformer = new FlexTransformerConfig { Width = 48, Depth = 2, HeadWidth = 8 } } });
        Save(folder, other.state_dict());

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root)).Message, "expected [");
    }

    [TestMethod]
    public void A_config_far_larger_than_its_weights_is_refused_before_memory_is_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        ModelConfig huge = FlexTokTreeWriter.Write(FlexTokPresets.Create(500, 500));
        using FlexTokNetwork tiny = TinyFlexTok.Network();
        ModelFolder.Save(folder.Root, huge, tiny.state_dict());

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root)).Message, "do not belong together");
    }

    private static void Save(TemporaryFolder folder, IReadOnlyDictionary<string, Tensor> tensors) => ModelFolder.Save(folder.Root, FlexTokTreeWriter.Write(TinyFlexTok.Config), tensors);

    private static string Old(string name) => name
        .Replace("blocks.0.", "blocks.0._checkpoint_wrapped_module.", StringComparison.Ordinal)
        .Replace("attentions.0.to_q", "attentions.0.query", StringComparison.Ordinal)
        .Replace("attentions.0.to_out.0", "attentions.0.proj_attn", StringComparison.Ordinal);

    /// <summary>What Python prints of a value.</summary>
    private static string Python(JsonNode? node) => node switch
    {
        null => "None",
        JsonObject members => "{" + string.Join(", ", members.Select(member => $"'{member.Key}': {Python(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(", ", items.Select(Python)) + "]",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            JsonValueKind.String => $"'{node.GetValue<string>()}'",
            _ => node.ToJsonString(),
        },
    };
}
