using CsCheck;
using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class ResidualQuantizerTests
{
    [TestMethod]
    public void A_layer_with_a_zero_code_never_makes_the_error_larger() => Gen.Int[0, 1_000_000].Sample(seed =>
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualQuantizer quantizer = Create(4);
        using Generator generator = new((ulong)seed);
        for (int i = 0; i < 4; i++)
        {
            quantizer.Layer(i).Replace(arange(8), randn([8, 3], generator: generator));
            quantizer.Layer(i).Replace(zeros(1, ScalarType.Int64), zeros(1, 3));
        }
        Tensor features = randn([50, 3], generator: generator);
        Tensor ids = quantizer.Encode(features);

        float[] errors = [.. Enumerable.Range(1, 4).Select(q => (quantizer.Decode(ids.narrow(1, 0, q)) - features).square().sum().item<float>())];

        CollectionAssert.AreEqual(errors.OrderDescending().ToArray(), errors);
    }, iter: 30, threads: 1);

    [TestMethod]
    public void Training_gives_the_decoded_value_and_the_straight_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualQuantizer quantizer = Create(3);
        using Generator generator = new(2);
        quantizer.Initialize(generator);
        Tensor features = randn([4, 6, 3], generator: generator).requires_grad_(true);
        Tensor upstream = randn([4, 6, 3], generator: generator);

        QuantizerOutput output = quantizer.Quantize(features);
        (output.Quantized * upstream).sum().backward();

        CollectionAssert.AreEqual(new long[] { 4, 6, 3 }, output.Ids.shape);
        Assert.IsTrue(output.Quantized.allclose(quantizer.Decode(output.Ids), atol: 1e-6));
        Assert.IsTrue(features.grad!.Equals(upstream));
    }

    [TestMethod]
    public void Too_many_ids_are_refused()
    {
        using ResidualQuantizer quantizer = Create(2);
        using Tensor ids = zeros([5, 3], ScalarType.Int64);

        var error = Assert.ThrowsExactly<ArgumentException>(() => quantizer.Decode(ids));

        StringAssert.Contains(error.Message, "1 to 2");
    }

    private static ResidualQuantizer Create(int depth) => new(new VectorQuantizerConfig { CodebookSize = 8, CodeDimension = 3 }, depth);
}
