using Vtok.Models.TokenFlow;
using Vtok.Streams;

namespace Vtok.Models.Tests.TokenFlow;

[TestClass]
public sealed class TokenFlowTokenizerTests
{
    [TestMethod]
    public void Whole_scales_are_prefixes_and_each_decodes_to_a_picture()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer();
        Tensor pictures = TinyTokenFlow.Pictures(2), all = tokenizer.Encode(pictures);
        Assert.AreEqual(TokenOrder.Scales, tokenizer.Info.Order);
        CollectionAssert.AreEqual(new[] { 1, 5, 14, 30 }, tokenizer.Info.Lengths.ToArray());

        foreach (int length in tokenizer.Info.Lengths)
        {
            Tensor some = tokenizer.Encode(pictures, new EncodeOptions { Tokens = length });

            Assert.IsTrue(some.Equals(all.narrow(1, 0, length)));
            CollectionAssert.AreEqual(new long[] { 2, 3, 16, 16 }, tokenizer.Decode(some).shape);
        }
    }

    [TestMethod]
    public void One_index_has_two_readings_which_the_joint_map_holds_side_by_side()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer();
        Tensor ids = tokenizer.Encode(TinyTokenFlow.Pictures(2));

        Tensor semantic = tokenizer.SemanticFeatures(ids), pixel = tokenizer.PixelFeatures(ids);

        CollectionAssert.AreEqual(new long[] { 2, 16, 6 }, semantic.shape);
        CollectionAssert.AreEqual(new long[] { 2, 16, 4 }, pixel.shape);
        Assert.IsTrue(tokenizer.JointFeatures(ids).Equals(cat([semantic, pixel], 2)));
        CollectionAssert.AreEqual(new long[] { 2, 16, 10 }, tokenizer.TeacherFeatures(ids).shape);
        CollectionAssert.AreEqual(new[] { "semantic", "pixel", "joint", "teacher" }, tokenizer.FeatureKinds.ToArray());
        foreach (string kind in tokenizer.FeatureKinds)
            Assert.IsFalse(tokenizer.Features(ids, kind).requires_grad);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Features(ids, "taste")).Message, "semantic, pixel");
    }

    [TestMethod]
    public void Pixels_do_not_depend_on_the_semantic_decoder_nor_meaning_on_the_pixel_decoder()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer();
        Tensor ids = tokenizer.Encode(TinyTokenFlow.Pictures(1)), pictures = tokenizer.Decode(ids), features = tokenizer.TeacherFeatures(ids);

        Disturb(tokenizer, "decoder_vqkd.", "decode_task_layer.");
        Tensor again = tokenizer.Decode(ids);
        Disturb(tokenizer, "decoder.", "post_quant_conv.");

        Assert.IsTrue(pictures.Equals(again));
        Assert.IsFalse(pictures.Equals(tokenizer.Decode(ids)));
        Assert.IsFalse(features.Equals(tokenizer.TeacherFeatures(ids)));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    public void A_number_of_scales_that_is_not_there_is_refused(int scales)
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowNetwork network = TinyTokenFlow.Network(TinyTokenFlow.Config(TinyTokenFlow.Clip));

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.Ids(zeros(1, 10, 4, 4), scales));
    }

    [TestMethod]
    public void Distance_weights_may_be_changed_between_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer();
        Tensor pictures = TinyTokenFlow.Pictures(1), alike = tokenizer.Encode(pictures);

        tokenizer.Network.Quantizer.Weights = new DistanceWeights(1, 0);
        Tensor meaning = tokenizer.Encode(pictures);
        tokenizer.Network.Quantizer.Weights = DistanceWeights.Published;

        Assert.IsFalse(alike.Equals(meaning));
        Assert.IsTrue(alike.Equals(tokenizer.Encode(pictures)));
    }

    [TestMethod]
    public void A_model_for_interpolated_positions_takes_the_larger_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer(TinyTokenFlow.Clip.Replace("{\"teacher\"", "{\"infer_interpolate\":true,\"teacher\"", StringComparison.Ordinal));

        Tensor ids = tokenizer.Encode(TinyTokenFlow.Pictures(1, 24));

        CollectionAssert.AreEqual(new long[] { 1, 66 }, ids.shape);
        CollectionAssert.AreEqual(new long[] { 1, 3, 24, 24 }, tokenizer.Decode(ids).shape);
        CollectionAssert.AreEqual(new long[] { 1, 36, 10 }, tokenizer.TeacherFeatures(ids).shape);
    }

    [TestMethod]
    public void The_pixel_half_may_work_at_another_size_than_the_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer(TinyTokenFlow.SigLip);
        Assert.AreEqual((30, 16), (tokenizer.Network.Config.PictureSize, tokenizer.Network.Config.PixelSize));

        Tensor ids = tokenizer.Encode(TinyTokenFlow.Pictures(1, 30));

        CollectionAssert.AreEqual(new long[] { 1, 3, 30, 30 }, tokenizer.Decode(ids).shape);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenFlowTokenizer tokenizer = TinyTokenFlow.Tokenizer();

        Refused("1, 5, 14, 30", () => tokenizer.Encode(TinyTokenFlow.Pictures(1), new EncodeOptions { Tokens = 6 }));
        Refused("[B, 3, 16, 16]", () => tokenizer.Encode(TinyTokenFlow.Pictures(1, 18)));
        Refused("1, 5, 14, 30", () => tokenizer.Decode(zeros([1, 2], ScalarType.Int64)));
        Refused("int64 [B, T]", () => tokenizer.Decode(zeros([1, 5])));
        Refused("0..31", () => tokenizer.Decode(full([1, 5], 32L, ScalarType.Int64)));
        Refused("0..31", () => tokenizer.JointFeatures(full([1, 5], -1L, ScalarType.Int64)));
        Refused("one look", () => tokenizer.Decode(zeros([1, 1], ScalarType.Int64), new DecodeOptions { Look = "vivid" }));
    }

    private static void Disturb(TokenFlowTokenizer tokenizer, params string[] prefixes)
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in tokenizer.Network.named_parameters())
            if (prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                parameter.detach().add_(0.5);
    }

    private static void Refused(string expected, Action action) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(action).Message, expected);
}
