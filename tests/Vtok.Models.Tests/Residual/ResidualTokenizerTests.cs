using Vtok.Models.Residual;
using Vtok.Streams;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class ResidualTokenizerTests
{
    [TestMethod]
    public void A_shorter_encoding_is_the_prefix_of_the_whole_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        ResidualEncoder encoder = new(books);
        Tensor pictures = TinyBooks.Pictures(3);

        Tensor whole = encoder.Encode(pictures);

        for (int tokens = 1; tokens <= books.Config.Tokens; tokens++)
            Assert.IsTrue(encoder.Encode(pictures, tokens).Equals(whole[.., ..tokens]), $"{tokens} tokens");
    }

    [TestMethod]
    public void Decoding_a_prefix_equals_decoding_all_ids_with_that_length()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        Tensor ids = new ResidualEncoder(books).Encode(TinyBooks.Pictures(3));

        for (int tokens = 1; tokens <= books.Config.Tokens; tokens++)
        {
            Tensor cut = books.LinearPicture(books.Dequantize(ids[.., ..tokens]));
            Tensor masked = books.LinearPicture(books.Dequantize(ids, full([3], tokens, ScalarType.Int64)));

            Assert.AreEqual(0f, (cut - masked).abs().max().item<float>(), $"{tokens} tokens");
        }
    }

    [TestMethod]
    [DataRow(2), DataRow(7), DataRow(10), DataRow(17), DataRow(34)]
    public void High_effort_is_never_worse_than_the_prefix(int tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        ResidualEncoder encoder = new(books);
        Tensor pictures = TinyBooks.Pictures(6);
        Tensor Error(Tensor ids) => (books.LinearPicture(books.Dequantize(ids)) - pictures).square().mean([1L, 2, 3]);

        Tensor prefix = Error(encoder.Encode(pictures, tokens));
        Tensor searched = Error(encoder.Encode(pictures, tokens, EncodeEffort.High));

        Assert.IsTrue(searched.le(prefix + 1e-7).all().item<bool>());
        if (tokens > 2)
            Assert.IsLessThan(prefix.mean().item<float>(), searched.mean().item<float>());
    }

    [TestMethod]
    public void A_batch_gives_the_ids_of_its_pictures_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        ResidualEncoder encoder = new(books);
        Tensor pictures = TinyBooks.Pictures(5);

        Tensor together = encoder.Encode(pictures);
        Tensor alone = cat(pictures.split(1).Select(p => encoder.Encode(p)).ToList());

        Assert.IsTrue(together.Equals(alone));
    }

    [TestMethod]
    public void Encoding_and_decoding_leave_no_tensor_behind()
    {
        using ResidualTokenizer tokenizer = new(Info, TinyBooks.Create());
        using Tensor pictures = TinyBooks.Pictures(2);
        void Once(EncodeEffort effort)
        {
            using Tensor ids = tokenizer.Encode(pictures, new EncodeOptions { Tokens = 20, Effort = effort });
            using Tensor decoded = tokenizer.Decode(ids);
        }
        Once(EncodeEffort.High);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Once(EncodeEffort.Default);
        Once(EncodeEffort.High);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void Foreign_ids_and_looks_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualTokenizer tokenizer = new(Info, TinyBooks.Create());

        Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(full([1, 3], 16, ScalarType.Int64)));
        Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(zeros([1, 35], ScalarType.Int64)));
        Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(zeros([1, 3], ScalarType.Int32)));
        var error = Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(zeros([1, 3], ScalarType.Int64), new DecodeOptions { Look = "misty" }));
        StringAssert.Contains(error.Message, "misty");
    }

    [TestMethod]
    public void Pictures_of_another_size_and_impossible_lengths_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        ResidualEncoder encoder = new(books);

        var error = Assert.ThrowsExactly<ArgumentException>(() => encoder.Encode(zeros([1, 3, 64, 32])));
        StringAssert.Contains(error.Message, "[B, 3, 64, 64]");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => encoder.Encode(zeros([1, 3, 64, 64]), 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => encoder.Encode(zeros([1, 3, 64, 64]), 35));
    }

    private static TokenizerInfo Info { get; } = new()
    {
        Name = "tiny",
        Family = ResidualConfig.Family,
        Order = TokenOrder.Nested,
        Vocabulary = new ImageVocabulary(new VocabularyRun(16, 34)),
        Lengths = [1, 34],
        NativeWidth = 64,
        NativeHeight = 64,
        Preprocessing = new ImagePreprocessing { Filter = "lanczos" },
        Weights = new string('0', 64),
    };
}
