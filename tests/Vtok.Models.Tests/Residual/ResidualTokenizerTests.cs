using TorchSharp;
using Vtok.Models.Residual;
using static TorchSharp.torch;

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
}
