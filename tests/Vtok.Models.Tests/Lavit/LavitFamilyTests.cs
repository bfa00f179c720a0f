using Vtok.Models.Lavit;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class LavitFamilyTests
{
    [TestMethod]
    public void A_saved_model_folder_opens_with_the_same_tokens()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        TokenizerInfo info = TinyLavit.Save(folder.Root);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.AreEqual(("lavit", TokenOrder.Set), (model.Info.Family, model.Info.Order));
        CollectionAssert.AreEqual(new[] { 1, TinyLavit.Positions }, model.Info.Lengths.ToArray());
        CollectionAssert.AreEqual(info.ComputeKey(), model.Info.ComputeKey());
        using LavitTokenizer direct = new(TinyLavit.Network(), null, null, info, CPU);
        Tensor pictures = TinyLavit.Pictures(3);
        foreach ((DynamicTokens a, DynamicTokens b) in direct.EncodeDynamic(pictures).Zip(((IDynamicLengthTokenizer)model).EncodeDynamic(pictures)))
            CollectionAssert.AreEqual(a.Ids.ToArray(), b.Ids.ToArray());
        CollectionAssert.AreEqual(new[] { "conditioning", "prompt", "pooled", "visual", "codes" }, ((IFeatureTokenizer)model).FeatureKinds.ToArray());
        CollectionAssert.AreEqual(new[] { "codes" }, direct.FeatureKinds.ToArray());
    }

    [TestMethod]
    public void The_files_of_the_authors_open_without_a_config()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> tensors = TinyLavit.Tensors();
        Part("eva_vitg_psz14", name => name.StartsWith("encoder.", StringComparison.Ordinal) ? name["encoder.".Length..] : null);
        Part("tokenizer_encoder", name => name.StartsWith("encoder.", StringComparison.Ordinal) || name.Contains("decoder.", StringComparison.Ordinal) ? null : name);
        Part("tokenizer_decoder", name => name.StartsWith("decoder.", StringComparison.Ordinal) ? name["decoder.".Length..] : null);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        CollectionAssert.AreEqual(new[] { "conditioning", "visual", "codes" }, ((IFeatureTokenizer)model).FeatureKinds.ToArray());
        Assert.AreEqual(TinyLavit.Codes, model.Info.Vocabulary.Runs[0].Size);

        void Part(string stem, Func<string, string?> rename) => SafetensorsWriter.Write(
            folder.File(stem + ".safetensors"), tensors.Where(pair => rename(pair.Key) is not null).ToDictionary(pair => rename(pair.Key)!, pair => pair.Value), null);
    }

    [TestMethod]
    public void Weights_in_half_precision_become_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        ModelFolder.Save(folder.Root, TinyLavit.ModelConfig, TinyLavit.Tensors().ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.BFloat16)));

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.IsGreaterThanOrEqualTo(1, ((IDynamicLengthTokenizer)model).EncodeDynamic(TinyLavit.Pictures(1))[0].Ids.Length);
    }

    [TestMethod]
    [DataRow("causal_encoder.")]
    [DataRow("encoder.blocks.0.attn.qkv.")]
    [DataRow("quantize.embedding.")]
    [DataRow("decoder.blocks.0.norm1.")]
    public void Half_of_the_weights_is_refused_by_the_names_that_are_missing(string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> tensors = TinyLavit.Tensors();
        ModelFolder.Save(folder.Root, TinyLavit.ModelConfig, tensors.Where(pair => !pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary());

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(CheckpointError.Mismatch, error.Error);
        StringAssert.Contains(error.Message, "missing: ");
        StringAssert.Contains(error.Message, prefix.Replace("decoder.", "", StringComparison.Ordinal).Split('.')[0]);
    }

    [TestMethod]
    public void Weights_of_another_size_and_a_decoder_of_the_other_resolution_are_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder sizes = new(), decoders = new();
        Dictionary<string, Tensor> tensors = TinyLavit.Tensors(), swapped = TinyLavit.Tensors();
        tensors["quantize.embedding.weight"] = zeros(32, 7);
        foreach (string name in swapped.Keys.Where(name => name.StartsWith("highres_decoder.", StringComparison.Ordinal)).ToArray())
            swapped.Remove(name);
        using LavitDecoder high = TinyLavit.Decoder(TinyLavit.High);
        foreach ((string name, Tensor tensor) in high.state_dict())
            swapped["decoder." + name] = tensor;
        ModelFolder.Save(sizes.Root, TinyLavit.ModelConfig, tensors);
        ModelFolder.Save(decoders.Root, TinyLavit.ModelConfig, swapped);

        var size = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(sizes.Root));
        var decoder = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(decoders.Root));

        StringAssert.Contains(size.Message, "quantize.embedding.weight is [32, 7], expected [32, 6]");
        StringAssert.Contains(decoder.Message, "low resolution");
    }

    [TestMethod]
    public void Impossible_configs_are_refused_before_anything_is_built()
    {
        StringAssert.Contains(Wrong("""{"n_code":16,"code_dim":4,"heads":7}"""), "heads");
        StringAssert.Contains(Wrong("""{"n_code":16,"code_dim":4,"vit":{"rope":true}}"""), "rope");
        StringAssert.Contains(Wrong("""{"n_code":16,"code_dim":4,"vit":{"embed_dim":64}}"""), "width");
        StringAssert.Contains(Wrong("""{"n_code":"many","code_dim":4}"""), "n_code");
    }

    private static string Wrong(string json)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => PublishedConfig.Read(ModelConfig.FromJson(System.Text.Encoding.UTF8.GetBytes(json))));
        return error.Message;
    }
}
