using CsCheck;
using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class FiniteScalarQuantizerTests
{
    [TestMethod]
    [DataRow(new[] { 8, 5, 5, 5 })]
    [DataRow(new[] { 7, 5, 5, 5, 5 })]
    [DataRow(new[] { 2, 3, 4 })]
    public void Every_id_decodes_to_its_own_code_and_back(int[] levels)
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(levels);
        Tensor ids = arange(quantizer.CodebookSize);

        Tensor codes = quantizer.Decode(ids);
        Tensor again = quantizer.Encode(Features(codes, levels));

        Assert.AreEqual(quantizer.CodebookSize, codes.unique(dim: 0).output.size(0));
        Assert.IsTrue(ids.Equals(again));
    }

    [TestMethod]
    public void Worked_numbers_of_four_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(8, 5, 5, 5);
        Tensor z = tensor(new[] { 0.3f, -1.2f, 0.7f, 2.0f });

        QuantizerOutput output = quantizer.Quantize(z);

        float[] bounded = [0.9599184448420701f, -1.6689766011517635f, 1.2099443462728239f, 1.9299833054098832f];
        Assert.IsLessThan(1e-6f, (quantizer.Bound(z) - tensor(bounded)).abs().max().item<float>());
        CollectionAssert.AreEqual(new[] { 0.25f, -1f, 0.5f, 1f }, output.Quantized.data<float>().ToArray());
        Assert.AreEqual(925L, output.Ids.item<long>());
    }

    [TestMethod]
    public void Worked_numbers_of_five_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(7, 5, 5, 5, 5);

        Tensor id = quantizer.Encode(tensor(new[] { -0.4f, 0.1f, 1.5f, -2.5f, 0.6f }));

        Assert.AreEqual(2781L, id.item<long>());
    }

    [TestMethod]
    public void Zero_is_the_middle_level_and_no_feature_leaves_the_vocabulary() =>
        Gen.Select(Gen.Int[2, 9].Array[1, 6], Gen.Int[0, 1_000_000]).Sample((levels, seed) =>
        {
            using DisposeScope scope = NewDisposeScope();
            using FiniteScalarQuantizer quantizer = Create(levels);
            using Generator generator = new((ulong)seed);
            Tensor features = randn([50, levels.Length], generator: generator) * 20;

            Tensor ids = quantizer.Encode(features);

            Assert.IsTrue(ids.min().item<long>() >= 0 && ids.max().item<long>() < quantizer.CodebookSize);
            Assert.AreEqual(0f, quantizer.Decode(quantizer.Encode(zeros(1, levels.Length))).abs().max().item<float>());
        }, iter: 40, threads: 1);

    [TestMethod]
    public void The_gradient_is_that_of_the_squashing()
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(5);
        Tensor z = tensor(new[] { 0.4f }).requires_grad_(true);

        quantizer.Quantize(z).Quantized.sum().backward();

        double slope = 2.002 * (1 - Math.Pow(Math.Tanh(0.4), 2)) / 2; // half (1 - tanh^2) / floor(L / 2)
        Assert.AreEqual(slope, z.grad!.item<float>(), 1e-6);
    }

    [TestMethod]
    public void A_bad_level_is_named()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Create(8, 1));

        StringAssert.Contains(error.Message, "Levels[1]: 1");
    }

    [TestMethod]
    [DataRow(1000)]
    [DataRow(999)]
    public void Many_levels_stay_in_the_vocabulary(int levels)
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(levels);

        Tensor ids = quantizer.Encode(tensor(new[] { -1e6f, 1e6f }).unsqueeze(1));

        CollectionAssert.AreEqual(new[] { 0L, levels - 1 }, ids.data<long>().ToArray());
    }

    [TestMethod]
    public void More_levels_than_the_slack_allows_are_refused() =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Create(8, 1001)).Message, "Levels[1]: 1001, expected 2 to 1000");

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void A_feature_that_is_not_finite_is_an_error(float value)
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(8, 5);

        Assert.ThrowsExactly<InvalidOperationException>(() => quantizer.Encode(tensor(new[] { 0.5f, value })));
    }

    [TestMethod]
    public void No_terms_add_up_to_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using FiniteScalarQuantizer quantizer = Create(8, 5);

        Assert.AreEqual(0f, quantizer.Quantize(zeros(3, 2)).TotalLoss().item<float>());
    }

    private static FiniteScalarQuantizer Create(params int[] levels) => new(new FiniteScalarQuantizerConfig { Levels = levels });

    // The inverse of the squashing: features that are bounded to exactly these codes.
    private static Tensor Features(Tensor codes, int[] levels)
    {
        Tensor middle = tensor(levels.Select(l => (float)(l / 2)).ToArray());
        Tensor half = tensor(levels.Select(l => (l - 1) * 1.001f / 2).ToArray());
        Tensor offset = tensor(levels.Select(l => l % 2 == 0 ? 0.5f : 0).ToArray());
        return ((codes * middle + offset) / half).atanh() - (offset / half).atanh();
    }
}
