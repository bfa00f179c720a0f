using Vtok.Models.Lavit;
using Vtok.Streams;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class LavitTokenizerTests
{
    [TestMethod]
    public void Pictures_choose_their_own_number_of_tokens()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();

        IReadOnlyList<DynamicTokens> tokens = tokenizer.EncodeDynamic(TinyLavit.Pictures(8));

        Assert.AreEqual(8, tokens.Count);
        foreach (DynamicTokens picture in tokens)
        {
            int[] positions = picture.Positions.ToArray();
            Assert.AreEqual(positions.Length, picture.Ids.Length);
            Assert.IsTrue(positions.Length is >= 1 and <= TinyLavit.Positions);
            Assert.IsTrue(positions.Zip(positions.Skip(1)).All(pair => pair.First < pair.Second));
            Assert.IsTrue(picture.Ids.ToArray().All(id => id is >= 0 and < TinyLavit.Codes));
        }
        Assert.IsGreaterThan(1, tokens.Select(picture => picture.Ids.Length).Distinct().Count());
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(42ul)]
    public void A_picture_has_the_same_tokens_alone_and_among_others(ulong? seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();
        Tensor pictures = TinyLavit.Pictures(4);
        var options = new EncodeOptions { Seed = seed };

        IReadOnlyList<DynamicTokens> together = tokenizer.EncodeDynamic(pictures, options);

        for (int i = 0; i < 4; i++)
        {
            DynamicTokens alone = tokenizer.EncodeDynamic(pictures.narrow(0, i, 1), options)[0];
            CollectionAssert.AreEqual(alone.Positions.ToArray(), together[i].Positions.ToArray());
            CollectionAssert.AreEqual(alone.Ids.ToArray(), together[i].Ids.ToArray());
        }
    }

    [TestMethod]
    public void A_seed_samples_other_patches()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();
        Tensor pictures = TinyLavit.Pictures(4);

        string[] positions = [.. new ulong?[] { null, 1, 2, 1 }.Select(seed =>
            string.Join(';', tokenizer.EncodeDynamic(pictures, new EncodeOptions { Seed = seed }).Select(tokens => string.Join(',', tokens.Positions.ToArray()))))];

        Assert.AreEqual(3, positions.Distinct().Count());
        Assert.AreEqual(positions[1], positions[3]);
    }

    [TestMethod]
    [DataRow(0f), DataRow(1f)]
    public void A_picture_of_one_colour_keeps_at_least_one_token(float level)
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();

        DynamicTokens tokens = tokenizer.EncodeDynamic(full([1, 3, TinyLavit.Side, TinyLavit.Side], level))[0];

        Assert.IsGreaterThanOrEqualTo(1, tokens.Ids.Length);
    }

    [TestMethod]
    public void A_number_of_tokens_is_the_most_that_is_kept()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();
        Tensor pictures = TinyLavit.Pictures(6);
        IReadOnlyList<DynamicTokens> all = tokenizer.EncodeDynamic(pictures);

        IReadOnlyList<DynamicTokens> some = tokenizer.EncodeDynamic(pictures, new EncodeOptions { Tokens = 3 });

        for (int i = 0; i < 6; i++)
        {
            Assert.AreEqual(Math.Min(3, all[i].Ids.Length), some[i].Ids.Length);
            CollectionAssert.IsSubsetOf(some[i].Positions.ToArray(), all[i].Positions.ToArray());
        }
        Assert.AreEqual(1, tokenizer.Encode(pictures, new EncodeOptions { Tokens = 1 }).size(1));
    }

    [TestMethod]
    public void Ids_are_read_as_features_of_every_kind()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();
        Tensor ids = tensor(new long[,] { { 1, 2, 3 }, { 4, 5, 31 } });
        Dictionary<string, long[]> shapes = new()
        {
            [LavitTokenizer.Conditioning] = [2, 16, 5], [LavitTokenizer.Prompt] = [2, 16, 9], [LavitTokenizer.Pooled] = [2, 3],
            [LavitTokenizer.Visual] = [2, 16, 88], [LavitTokenizer.Codes] = [2, 3, 6],
        };

        CollectionAssert.AreEqual(shapes.Keys, tokenizer.FeatureKinds.ToArray());
        foreach ((string kind, long[] shape) in shapes)
            CollectionAssert.AreEqual(shape, tokenizer.Features(ids, kind).shape, kind);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_expected()
    {
        using DisposeScope scope = NewDisposeScope();
        using LavitTokenizer tokenizer = Tokenizer();
        Tensor pictures = TinyLavit.Pictures(1);

        Refused("[B, 3, 28, 28]", () => tokenizer.EncodeDynamic(pictures.narrow(2, 0, 14)));
        Refused("1 to 16", () => tokenizer.EncodeDynamic(pictures, new EncodeOptions { Tokens = 17 }));
        Refused("1 to 16", () => tokenizer.EncodeDynamic(pictures, new EncodeOptions { Tokens = 0 }));
        Refused("[B, 1..16]", () => tokenizer.Features(zeros([1, 17], ScalarType.Int64), "codes"));
        Refused("0..31", () => tokenizer.Features(full([1, 2], 32L, ScalarType.Int64), "codes"));
        Refused("conditioning", () => tokenizer.Features(zeros([1, 2], ScalarType.Int64), "semantic"));
        Assert.ThrowsExactly<PixelsUnavailableException>(() => tokenizer.Decode(zeros([1, 2], ScalarType.Int64)));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => tokenizer.Encode(TinyLavit.Pictures(8))).Message, "EncodeDynamic");
    }

    private static LavitTokenizer Tokenizer() => new(
        TinyLavit.Network(), TinyLavit.Decoder(TinyLavit.Low), TinyLavit.Decoder(TinyLavit.High), LavitFamily.Describe(TinyLavit.Config, "tiny", new string('0', 64)), CPU);

    private static void Refused(string words, Action act) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(act).Message, words);
}
