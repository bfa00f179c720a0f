using Vtok.Models.Seed;
using Vtok.Streams;

namespace Vtok.Models.Tests.Seed;

[TestClass]
public sealed class SeedTokenizerTests
{
    [TestMethod]
    public void Ids_are_the_same_for_any_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();
        Tensor pictures = TinySeed.Pictures(5);

        Tensor together = tokenizer.Encode(pictures), alone = cat([.. Enumerable.Range(0, 5).Select(i => tokenizer.Encode(pictures.narrow(0, i, 1)))]);

        CollectionAssert.AreEqual(new long[] { 5, 32 }, together.shape);
        Assert.IsTrue(together.Equals(alone));
    }

    [TestMethod]
    public void It_describes_itself_as_32_causal_tokens()
    {
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();

        Assert.AreEqual((TokenOrder.Causal, "seed", 28), (tokenizer.Info.Order, tokenizer.Info.Family, tokenizer.Info.NativeWidth));
        CollectionAssert.AreEqual(new[] { 32 }, tokenizer.Info.Lengths.ToArray());
        CollectionAssert.AreEqual(new[] { 481454660, 457827500, 408210730 }, tokenizer.Info.Preprocessing.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 268629540, 261302580, 275777110 }, tokenizer.Info.Preprocessing.Std.ToArray());
        Assert.AreEqual(32, tokenizer.Info.ComputeKey().Length);
    }

    [TestMethod]
    public void Pixels_are_left_to_a_diffusion_model_whose_conditioning_is_there()
    {
        using DisposeScope scope = NewDisposeScope();
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();
        Tensor ids = zeros([2, 32], ScalarType.Int64);

        var error = Assert.ThrowsExactly<PixelsUnavailableException>(() => tokenizer.Decode(ids));

        StringAssert.Contains(error.Message, "vtok features");
        CollectionAssert.AreEqual(new[] { "embedding", "tokens", "unclip" }, tokenizer.FeatureKinds.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 10 }, tokenizer.Features(ids, "embedding").shape);
        CollectionAssert.AreEqual(new long[] { 2, 32, 24 }, tokenizer.Features(ids, "tokens").shape);
    }

    [TestMethod]
    public void Class_labels_are_those_of_the_embeddings_and_of_noise_that_is_the_same_for_every_row()
    {
        using DisposeScope scope = NewDisposeScope();
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();
        using Generator generator = new(8), noise = new(3);
        using UnclipNormalizer normalizer = new(rand([1, 10], generator: generator), rand([1, 10], generator: generator) + 0.5);
        Tensor ids = randint(0, 40, [3, 32], generator: generator, dtype: ScalarType.Int64);
        FeatureOptions options = new() { Normalizer = normalizer, NoiseLevel = 20, NoiseSeed = 3 };

        Tensor labels = tokenizer.Features(ids, "unclip", options), alone = tokenizer.Features(ids[2..], "unclip", options);

        Tensor drawn = randn([1, 10], generator: noise).expand(3, 10);
        Tensor wanted = new UnclipConditioning().Labels(tokenizer.Features(ids, "embedding"), drawn, normalizer.Mean, normalizer.Deviation, 20);
        CollectionAssert.AreEqual(new long[] { 3, 20 }, labels.shape);
        Assert.IsTrue(labels.Equals(wanted));
        Assert.IsTrue(labels[2..].allclose(alone, rtol: 1e-5, atol: 1e-6));
        Assert.IsFalse(labels.Equals(tokenizer.Features(ids, "unclip", options with { NoiseSeed = 4 })));
        Assert.IsFalse(labels.Equals(tokenizer.Features(ids, "unclip", options with { NoiseLevel = 0 })));
    }

    [TestMethod]
    public void Class_labels_want_a_normalizer_that_fits()
    {
        using DisposeScope scope = NewDisposeScope();
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();
        using UnclipNormalizer normalizer = new(zeros(1, 10), ones(1, 10)), wide = new(zeros(1, 12), ones(1, 12));
        Tensor ids = zeros([1, 32], ScalarType.Int64);

        Refused("--normalizer", () => tokenizer.Features(ids, "unclip"));
        Refused("[1, 12], this model's embeddings [1, 10]", () => tokenizer.Features(ids, "unclip", new FeatureOptions { Normalizer = wide }));
        Refused("noise level 1000", () => tokenizer.Features(ids, "unclip", new FeatureOptions { Normalizer = normalizer, NoiseLevel = 1000 }));
    }

    [TestMethod]
    public void The_first_generation_has_no_class_labels()
    {
        using SeedTokenizer tokenizer = new(TinySeed.Network(SeedHead.Text), SeedFamily.Describe(TinySeed.Config, "tiny", new string('0', 64)), CPU);

        CollectionAssert.AreEqual(new[] { "embedding", "tokens" }, tokenizer.FeatureKinds.ToArray());
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using SeedTokenizer tokenizer = TinySeed.Tokenizer();
        Tensor pictures = TinySeed.Pictures(1);

        Refused("[B, 3, 28, 28]", () => tokenizer.Encode(pictures.narrow(2, 0, 14)));
        Refused("exactly 32", () => tokenizer.Encode(pictures, new EncodeOptions { Tokens = 16 }));
        Refused("embedding, tokens", () => tokenizer.Features(zeros([1, 32], ScalarType.Int64), "pixel"));
        Refused("int64 [B, 32]", () => tokenizer.Features(zeros([1, 31], ScalarType.Int64), "embedding"));
        Refused("int64 [B, 32]", () => tokenizer.Features(zeros([1, 32]), "embedding"));
        Refused("0..39", () => tokenizer.Features(full([1, 32], 40L, ScalarType.Int64), "embedding"));
        Refused("0..39", () => tokenizer.Features(full([1, 32], -1L, ScalarType.Int64), "embedding"));
    }

    private static void Refused(string expected, Action action) =>
        StringAssert.Contains(Assert.Throws<ArgumentException>(action).Message, expected);
}
