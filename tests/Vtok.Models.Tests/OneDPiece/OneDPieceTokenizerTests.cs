using Vtok.Models.OneDPiece;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class OneDPieceTokenizerTests
{
    [TestMethod]
    public void A_shorter_encoding_is_the_prefix_of_the_full_one_and_decodes()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceTokenizer tokenizer = TinyModels.Tokenizer(TinyModels.Nested);
        Tensor pictures = TinyModels.Pictures(2), all = tokenizer.Encode(pictures);

        for (int length = 1; length <= 9; length++)
        {
            Tensor some = tokenizer.Encode(pictures, new EncodeOptions { Tokens = length });

            Assert.IsTrue(some.Equals(all.narrow(1, 0, length)));
            Tensor picture = tokenizer.Decode(some);
            CollectionAssert.AreEqual(new long[] { 2, 3, 32, 32 }, picture.shape);
            Assert.IsFalse(picture.requires_grad);
        }
    }

    [TestMethod]
    public void Nested_models_say_so_and_others_have_one_length()
    {
        using OneDPieceTokenizer nested = TinyModels.Tokenizer(TinyModels.Nested), whole = TinyModels.Tokenizer(TinyModels.OneStage);

        Assert.AreEqual(("one-d-piece", TokenOrder.Nested), (nested.Info.Family, nested.Info.Order));
        CollectionAssert.AreEqual(new[] { 1, 9 }, nested.Info.Lengths.ToArray());
        Assert.AreEqual(("titok", TokenOrder.Causal), (whole.Info.Family, whole.Info.Order));
        CollectionAssert.AreEqual(new[] { 9 }, whole.Info.Lengths.ToArray());
        Assert.AreEqual(64, Convert.ToHexString(whole.Info.ComputeKey()).Length);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceTokenizer nested = TinyModels.Tokenizer(TinyModels.Nested), whole = TinyModels.Tokenizer(TinyModels.OneStage);
        Tensor pictures = TinyModels.Pictures(1);

        Refused("exactly 9", () => whole.Encode(pictures, new EncodeOptions { Tokens = 4 }));
        Refused("1 to 9", () => nested.Encode(pictures, new EncodeOptions { Tokens = 10 }));
        Refused("[B, 3, 32, 32]", () => nested.Encode(pictures.narrow(2, 0, 16)));
        Refused("[B, 1..9]", () => nested.Decode(zeros([1, 10], ScalarType.Int64)));
        Refused("[B, 9]", () => whole.Decode(zeros([1, 3], ScalarType.Int64)));
        Refused("0..15", () => nested.Decode(full([1, 3], 16L, ScalarType.Int64)));
        Refused("0..15", () => nested.Decode(full([1, 3], -1L, ScalarType.Int64)));
        Refused("one look", () => nested.Decode(zeros([1, 3], ScalarType.Int64), new DecodeOptions { Look = "vivid" }));
    }

    [TestMethod]
    public void A_continuous_network_is_no_tokenizer()
    {
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.Continuous);
        TokenizerInfo info = OneDPieceInfo.Describe(TinyModels.OneStage, "tiny", new string('0', 64));

        Refused("continuous", () => new OneDPieceTokenizer(network, info, CPU));
    }

    [TestMethod]
    public void A_stage_one_model_needs_its_proxy_tokenizer_for_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceTokenizer alone = TinyModels.Tokenizer(TinyModels.StageOne);
        using Generator generator = new(1);
        ProxyTokenizer proxy = new(TinyModels.Proxy);
        proxy.Initialize(generator);
        using OneDPieceTokenizer taught = new(TinyModels.Network(TinyModels.StageOne), alone.Info, CPU, proxy);
        Tensor ids = alone.Encode(TinyModels.Pictures(1));

        var error = Assert.ThrowsExactly<CheckpointException>(() => alone.Decode(ids));
        Tensor picture = taught.Decode(ids.narrow(1, 0, 2));

        StringAssert.Contains(error.Message, "first training stage");
        CollectionAssert.AreEqual(new long[] { 1, 3, 32, 32 }, picture.shape);
    }

    [TestMethod]
    public void A_text_aware_model_reads_its_text_and_asks_for_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceTokenizer tokenizer = TinyModels.Tokenizer(TinyModels.TextAware);
        Tensor ids = tokenizer.Encode(TinyModels.Pictures(2));

        Tensor one = tokenizer.Decode(ids, new DecodeOptions { Text = ones(1, 4, 6) });
        Tensor other = tokenizer.Decode(ids, new DecodeOptions { Text = zeros(1, 4, 6) });

        var missing = Assert.ThrowsExactly<CheckpointException>(() => tokenizer.Decode(ids));
        StringAssert.Contains(missing.Message, "text features [4, 6]");
        var unfit = Assert.ThrowsExactly<CheckpointException>(() => tokenizer.Decode(ids, new DecodeOptions { Text = zeros(1, 3, 6) }));
        StringAssert.Contains(unfit.Message, "text features [1, 3, 6], this model reads [4, 6]");
        Assert.IsFalse(one.allclose(other));
    }

    [TestMethod]
    public void A_saved_model_folder_opens_with_the_same_ids_and_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using OneDPieceTokenizer before = TinyModels.Tokenizer(TinyModels.Nested);
        Tensor pictures = TinyModels.Pictures(2), ids = before.Encode(pictures);
        TokenizerInfo info = ModelFolder.Save(folder.Root, TinyModels.Nested.ToModelConfig(), before.Network.state_dict());

        using ITokenizerModel after = ModelFolder.Open(folder.Root);

        Assert.AreEqual(info, after.Info);
        Assert.IsTrue(ids.Equals(after.Encode(pictures)));
        Assert.IsTrue(before.Decode(ids).Equals(after.Decode(ids)));
    }

    [TestMethod]
    public void A_stage_one_folder_may_carry_its_teacher()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.StageOne);
        using Generator generator = new(1);
        using ProxyTokenizer proxy = new(TinyModels.Proxy);
        proxy.Initialize(generator);
        Dictionary<string, Tensor> tensors = network.state_dict();
        foreach ((string name, Tensor tensor) in proxy.state_dict())
            tensors.Add("proxy." + name, tensor);
        ModelFolder.Save(folder.Root, TinyModels.StageOne.ToModelConfig(), tensors);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        CollectionAssert.AreEqual(new long[] { 1, 3, 32, 32 }, model.Decode(model.Encode(TinyModels.Pictures(1))).shape);
    }

    private static void Refused(string expected, Func<object> call)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => call());
        StringAssert.Contains(error.Message, expected);
    }
}
