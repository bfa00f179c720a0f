using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class JoinedResidualQuantizerTests
{
    [TestMethod]
    public void An_id_is_the_ids_of_all_books_the_first_most_significant()
    {
        using DisposeScope scope = NewDisposeScope();
        using JoinedResidualQuantizer quantizer = Quantizer(codes: 5, depth: 3);
        Tensor ids = arange(125);

        Tensor joined = quantizer.IdsOf(0, ids) * 25 + quantizer.IdsOf(1, ids) * 5 + quantizer.IdsOf(2, ids);

        Assert.AreEqual(125, quantizer.CodebookSize);
        Assert.IsTrue(joined.Equals(ids));
    }

    [TestMethod]
    public void Ids_and_vectors_are_those_of_the_books_themselves()
    {
        using DisposeScope scope = NewDisposeScope();
        using JoinedResidualQuantizer quantizer = Quantizer(codes: 6, depth: 2);
        using ResidualQuantizer books = new(Book(6), 2);
        books.load_state_dict(quantizer.state_dict().ToDictionary(pair => pair.Key["residual.".Length..], pair => pair.Value));
        Tensor features = Features(40);

        Tensor ids = quantizer.Encode(features), digits = books.Encode(features);

        Assert.IsTrue(ids.Equals(digits.select(-1, 0) * 6 + digits.select(-1, 1)));
        Assert.IsTrue(quantizer.Decode(ids).Equals(books.Decode(digits)));
        Assert.IsTrue(quantizer.Quantize(features).Ids.Equals(ids));
    }

    [TestMethod]
    public void The_second_book_is_to_quantize_what_the_first_left_over()
    {
        using DisposeScope scope = NewDisposeScope();
        using JoinedResidualQuantizer quantizer = Quantizer(codes: 6, depth: 2);
        quantizer.Replace(1, arange(6), zeros(6, 3)); // a second book that says nothing
        Tensor features = Features(40), ids = quantizer.Encode(features);

        Tensor left = quantizer.InputOf(1, features, ids);

        Assert.IsTrue(quantizer.InputOf(0, features, ids).Equals(features));
        Assert.IsTrue((features - left).allclose(quantizer.Decode(ids), atol: 1e-6));
    }

    [TestMethod]
    public void A_clustered_start_leaves_less_error_with_every_book()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        Tensor features = Features(400);
        double[] errors = [.. new[] { 1, 2, 3 }.Select(depth =>
        {
            using JoinedResidualQuantizer quantizer = Quantizer(codes: 8, depth);
            quantizer.Start(features, generator);
            return (double)(quantizer.Decode(quantizer.Encode(features)) - features).square().mean().item<float>();
        })];

        Assert.IsLessThan(0.7 * errors[0], errors[1]);
        Assert.IsLessThan(0.7 * errors[1], errors[2]);
    }

    [TestMethod]
    public void More_ids_than_one_token_can_hold_are_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new JoinedResidualQuantizer(Book(1024), 4));

        StringAssert.Contains(error.Message, "1024^4");
    }

    private static VectorQuantizerConfig Book(int codes) => new() { CodebookSize = codes, CodeDimension = 3 };

    private static JoinedResidualQuantizer Quantizer(int codes, int depth)
    {
        using Generator generator = new(2);
        JoinedResidualQuantizer quantizer = new(Book(codes), depth);
        quantizer.Initialize(generator);
        return quantizer;
    }

    private static Tensor Features(int count)
    {
        using Generator generator = new(7);
        return randn([count, 3], generator: generator);
    }
}
