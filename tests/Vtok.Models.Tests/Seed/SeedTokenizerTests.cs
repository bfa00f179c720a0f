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
        CollectionAssert.AreEqual(new[] { "embedding", "tokens" }, tokenizer.FeatureKinds.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 10 }, tokenizer.Features(ids, "embedding").shape);
        CollectionAssert.AreEqual(new long[] { 2, 32, 24 }, tokenizer.Features(ids, "tokens").shape);
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
