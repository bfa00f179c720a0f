using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Streams;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokTokenizerTests
{
    private const double Rounding = 1e-4;

    private static readonly DecodeOptions Quick = new() { Steps = 3, Seed = 1 };

    [TestMethod]
    public void A_shorter_encoding_is_the_prefix_of_the_full_one_and_decodes()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Tensor pictures = TinyFlexTok.Pictures(2), all = tokenizer.Encode(pictures);

        foreach (int length in (int[])[1, 7, 16])
        {
            Tensor some = tokenizer.Encode(pictures, new EncodeOptions { Tokens = length });

            Assert.IsTrue(some.Equals(all.narrow(1, 0, length)));
            CollectionAssert.AreEqual(new long[] { 2, 3, TinyFlexTok.Side, TinyFlexTok.Side }, tokenizer.Decode(some, Quick).shape);
        }
    }

    [TestMethod]
    public void The_description_says_nested_with_the_vocabulary_of_the_levels()
    {
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        TokenizerInfo info = tokenizer.Info;

        Assert.AreEqual(("flextok", TokenOrder.Nested, 64_000), (info.Family, info.Order, info.Vocabulary.SizeAt(0)));
        CollectionAssert.AreEqual(new[] { 1, 16 }, info.Lengths.ToArray());
        Assert.AreEqual((TinyFlexTok.Side, TinyFlexTok.Side), (info.NativeWidth, info.NativeHeight));
    }

    [TestMethod]
    [DataRow(FlowSolver.Euler), DataRow(FlowSolver.Heun), DataRow(FlowSolver.FewStep)]
    public void The_seed_decides_the_picture(FlowSolver solver)
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokNetwork network = TinyFlexTok.Network();
        using FlexTokTokenizer described = TinyFlexTok.Tokenizer();
        var tokenizer = new FlexTokTokenizer(network, described.Info, CPU) { Solver = solver };
        Tensor ids = tokenizer.Encode(TinyFlexTok.Pictures(1), new EncodeOptions { Tokens = 4 });

        Tensor one = tokenizer.Decode(ids, Quick), again = tokenizer.Decode(ids, Quick), other = tokenizer.Decode(ids, Quick with { Seed = 2 });

        Assert.IsTrue(one.Equals(again));
        Assert.IsFalse(one.Equals(other));
    }

    [TestMethod]
    public void A_picture_does_not_depend_on_its_neighbours()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Tensor ids = tokenizer.Encode(TinyFlexTok.Pictures(3), new EncodeOptions { Tokens = 5 }), together = tokenizer.Decode(ids, Quick);

        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(tokenizer.Encode(TinyFlexTok.Pictures(3).narrow(0, i, 1), new EncodeOptions { Tokens = 5 }).Equals(ids.narrow(0, i, 1)));
            Assert.IsLessThan(Rounding, (tokenizer.Decode(ids.narrow(0, i, 1), Quick) - together.narrow(0, i, 1)).abs().max().item<float>());
        }
    }

    [TestMethod]
    public void A_draw_from_the_posterior_changes_ids_and_is_the_same_for_a_seed()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer mean = TinyFlexTok.Tokenizer();
        FlexTokTokenizer drawn = new(mean.Network, mean.Info, CPU) { PosteriorSeed = 5 };
        Tensor pictures = TinyFlexTok.Pictures(1);

        Assert.IsTrue(drawn.Encode(pictures).Equals(drawn.Encode(pictures)));
        Assert.IsFalse(drawn.Encode(pictures).Equals(mean.Encode(pictures)));
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer();
        Tensor pictures = TinyFlexTok.Pictures(1);

        Refused("1 to 16", () => tokenizer.Encode(pictures, new EncodeOptions { Tokens = 17 }));
        Refused("1 to 16", () => tokenizer.Encode(pictures, new EncodeOptions { Tokens = 0 }));
        Refused("divisible by 4", () => tokenizer.Encode(pictures.narrow(2, 0, 14)));
        Refused("at most 16x16", () => tokenizer.Encode(zeros(1, 3, 32, 16)));
        Refused("[B, 3, H, W]", () => tokenizer.Encode(zeros(1, 1, 16, 16)));
        Refused("[B, n] with n 1 to 16", () => tokenizer.Decode(zeros([1, 17], ScalarType.Int64)));
        Refused("[B, n] with n 1 to 16", () => tokenizer.Decode(zeros([1, 3], ScalarType.Int32)));
        Refused("0..63999", () => tokenizer.Decode(full([1, 3], 64_000L, ScalarType.Int64)));
        Refused("0..63999", () => tokenizer.Decode(full([1, 3], -1L, ScalarType.Int64)));
        Refused("1 to 1000", () => tokenizer.Decode(zeros([1, 3], ScalarType.Int64), new DecodeOptions { Steps = 1001 }));
        Refused("guidance", () => tokenizer.Decode(zeros([1, 3], ScalarType.Int64), new DecodeOptions { Guidance = double.NaN }));
        Refused("one look", () => tokenizer.Decode(zeros([1, 3], ScalarType.Int64), new DecodeOptions { Look = "vivid" }));
    }

    private static void Refused(string part, Func<Tensor> call) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(call).Message, part);
}
