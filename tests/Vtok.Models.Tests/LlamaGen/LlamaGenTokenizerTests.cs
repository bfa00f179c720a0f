using Vtok.Models.LlamaGen;

namespace Vtok.Models.Tests.LlamaGen;

[TestClass]
public sealed class LlamaGenTokenizerTests
{
    [TestMethod]
    [DataRow(4, 4)]
    [DataRow(20, 12)]
    [DataRow(8, 28)]
    public void Any_size_that_the_factor_divides_comes_back_at_that_size(int width, int height)
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();
        Tensor pictures = TinyLlamaGen.Pictures(2, width, height);

        Tensor ids = model.Encode(pictures);
        Tensor decoded = model.Decode(ids, new DecodeOptions { GridWidth = width / 4 });

        CollectionAssert.AreEqual(new long[] { 2, width / 4 * (height / 4) }, ids.shape);
        CollectionAssert.AreEqual(pictures.shape, decoded.shape);
        Assert.IsTrue(isfinite(decoded).all().item<bool>());
    }

    [TestMethod]
    public void Ids_go_row_by_row()
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenNetwork network = TinyLlamaGen.Network();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();
        using IDisposable quiet = no_grad();
        Tensor pictures = TinyLlamaGen.Pictures(1, 20, 12);

        Tensor grid = network.Encode(pictures * 2 - 1); // [1, 3, 5]
        Tensor ids = model.Encode(pictures);

        CollectionAssert.AreEqual(new long[] { 1, 3, 5 }, grid.shape);
        Assert.IsTrue(ids.Equals(grid.view(1, 15)));
    }

    [TestMethod]
    public void Ids_do_not_depend_on_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();
        Tensor pictures = TinyLlamaGen.Pictures(3, 16, 24);

        Tensor together = model.Encode(pictures);

        for (int i = 0; i < 3; i++)
            Assert.IsTrue(model.Encode(pictures.narrow(0, i, 1)).Equals(together.narrow(0, i, 1)), $"picture {i}");
    }

    [TestMethod]
    public void Without_a_width_the_grid_is_square()
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();
        Tensor ids = zeros([1, 9], ScalarType.Int64);

        Assert.IsTrue(model.Decode(ids).Equals(model.Decode(ids, new DecodeOptions { GridWidth = 3 })));
        CollectionAssert.AreEqual(new long[] { 1, 3, 12, 12 }, model.Decode(ids).shape);
    }

    [TestMethod]
    [DataRow(10, null, "no square grid")]
    [DataRow(10, 4, "rows of 4")]
    [DataRow(9, 0, "rows of 0")]
    public void Ids_that_form_no_grid_are_refused(int length, int? columns, string words)
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Decode(zeros([1, length], ScalarType.Int64), new DecodeOptions { GridWidth = columns }));

        StringAssert.Contains(error.Message, words);
    }

    [TestMethod]
    [DataRow(-1L)]
    [DataRow(20L)]
    public void An_id_outside_the_codebook_is_refused(long id)
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Decode(full([1, 4], id, ScalarType.Int64)));

        StringAssert.Contains(error.Message, "0..19");
    }

    [TestMethod]
    public void A_size_that_the_factor_does_not_divide_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Encode(TinyLlamaGen.Pictures(1, 18, 12)));

        StringAssert.Contains(error.Message, "18x12");
        StringAssert.Contains(error.Message, "divisible by 4");
    }

    [TestMethod]
    public void A_length_other_than_the_size_gives_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenTokenizer model = TinyLlamaGen.Tokenizer();

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Encode(TinyLlamaGen.Pictures(1, 16, 12), new EncodeOptions { Tokens = 11 }));

        StringAssert.Contains(error.Message, "exactly 12");
    }
}
