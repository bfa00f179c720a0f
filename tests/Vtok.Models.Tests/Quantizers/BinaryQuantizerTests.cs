using CsCheck;
using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class BinaryQuantizerTests
{
    [TestMethod]
    [DataRow(false, true)]
    [DataRow(false, false)]
    [DataRow(true, true)]
    [DataRow(true, false)]
    public void Every_id_of_the_vocabulary_comes_back(bool spherical, bool firstIsMostSignificant)
    {
        using DisposeScope scope = NewDisposeScope();
        using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = 10, Spherical = spherical, FirstIsMostSignificant = firstIsMostSignificant });
        Tensor ids = arange(1024);

        Tensor again = quantizer.Encode(quantizer.Decode(ids));

        Assert.IsTrue(ids.Equals(again));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void A_feature_that_is_not_finite_is_an_error(float value)
    {
        using DisposeScope scope = NewDisposeScope();
        using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = 2 });

        Assert.ThrowsExactly<InvalidOperationException>(() => quantizer.Encode(tensor(new[] { 0.5f, value })));
    }

    [TestMethod]
    public void Worked_numbers_of_the_entropy_loss()
    {
        using DisposeScope scope = NewDisposeScope();
        using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = 3, InverseTemperature = 2, GroupBits = 3 });
        Tensor x = tensor(new[] { 0.2f, -0.5f, 1.0f, -0.1f, 0.3f, -0.7f }).view(2, 3);

        Tensor ids = quantizer.Encode(x);
        double loss = quantizer.EntropyLoss(x).item<float>();

        CollectionAssert.AreEqual(new[] { 5L, 2L }, ids.data<long>().ToArray());
        // The unclamped decision entropy less the entropy of the mean.
        Assert.AreEqual(0.7378393957528508 - 1.4249161989812125, loss, 1e-5);
    }

    [TestMethod]
    public void Worked_numbers_on_the_sphere()
    {
        using DisposeScope scope = NewDisposeScope();
        using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = 4, Spherical = true });

        QuantizerOutput output = quantizer.Quantize(tensor(new[] { 0.3f, -0.2f, 0.9f, -0.1f }));

        CollectionAssert.AreEqual(new[] { 0.5f, -0.5f, 0.5f, -0.5f }, output.Quantized.data<float>().ToArray());
        Assert.AreEqual(10L, output.Ids.item<long>());
    }

    [TestMethod]
    public void The_entropy_loss_is_never_positive_and_blind_to_mirrored_dimensions() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 1_000_000]).Sample((bits, seed) =>
        {
            using DisposeScope scope = NewDisposeScope();
            using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = bits, InverseTemperature = 1, GroupBits = bits });
            using Generator generator = new((ulong)seed);
            Tensor x = randn([30, bits], generator: generator);
            Tensor mirrored = x.clone();
            mirrored.narrow(1, 0, 1).mul_(-1);

            float loss = quantizer.EntropyLoss(x).item<float>();

            Assert.IsLessThan(1e-5f, loss);
            Assert.AreEqual(loss, quantizer.EntropyLoss(mirrored).item<float>(), 1e-4f);
            Assert.IsTrue((quantizer.Encode(x) - quantizer.Encode(mirrored)).abs().eq(1L << (bits - 1)).all().item<bool>());
        }, iter: 40, threads: 1);

    [TestMethod]
    public void Ids_on_the_sphere_do_not_depend_on_the_length_of_a_vector()
    {
        using DisposeScope scope = NewDisposeScope();
        using BinaryQuantizer quantizer = new(new BinaryQuantizerConfig { Bits = 9, Spherical = true });
        using Generator generator = new(4);
        Tensor x = randn([200, 9], generator: generator);

        Assert.IsTrue(quantizer.Encode(x).Equals(quantizer.Encode(x * 37)));
        Assert.AreEqual(1f, quantizer.Quantize(x).Quantized.square().sum(1).max().item<float>(), 1e-5f);
    }
}
