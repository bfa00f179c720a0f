using TorchSharp;
using Vtok.Models;
using Vtok.Models.Quantizers;
using Vtok.Training.Collectives;
using Vtok.Training.Losses;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Collectives;

/// <summary>Losses that are no mean over samples, with the batch shared by several ranks.</summary>
[TestClass]
public sealed class BatchMeanTests
{
    private static readonly Dictionary<string, (long[] Shape, Func<Tensor, BatchMean, Tensor> Loss)> Terms = new()
    {
        ["grid"] = ([4, 3, 32, 32], (pictures, whole) => GridPattern.Penalty(pictures, [4, 16], whole)),
        ["fixed pattern"] = ([4, 3, 32, 32], (pictures, whole) => GridPattern.FixedPattern(pictures, whole)),
        ["excess"] = ([4, 3, 64, 64], (pictures, whole) => DetailSpectrum.Excess(pictures, pictures.detach().abs(), whole)),
        ["entropy of VQ"] = ([4, 6, 5], (features, whole) => Vector(whole).Quantize(features).Losses[QuantizerOutput.Entropy]),
        ["entropy of LFQ"] = ([4, 6, 7], (features, whole) => Binary(false, whole).Quantize(features).Losses[QuantizerOutput.Entropy]),
        ["entropy of BSQ"] = ([4, 6, 7], (features, whole) => Binary(true, whole).Quantize(features).Losses[QuantizerOutput.Entropy]),
    };

    public static IEnumerable<object[]> Names => from name in Terms.Keys from world in (int[])[2, 4] select new object[] { name, world };

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Value_and_gradient_are_those_of_one_process(string name, int world)
    {
        (long[] shape, Func<Tensor, BatchMean, Tensor> loss) = Terms[name];
        (double one, float[] gradient) = Take(SingleProcess.Instance);
        var values = new double[world];
        var gradients = new float[world][];

        Together.Run(world, collective => (values[collective.Rank], gradients[collective.Rank]) = Take(collective));

        Assert.AreNotEqual(0, one);
        Assert.AreEqual(one, values.Average(), 1e-5 * Math.Max(1, Math.Abs(one)));
        float most = gradient.Max(Math.Abs);
        float[] several = [.. gradients.SelectMany(rows => rows).Select(value => value / world)]; // the gradients of the ranks are averaged
        Assert.HasCount(gradient.Length, several);
        Assert.IsLessThan(1e-4f * most, gradient.Zip(several, (a, b) => Math.Abs(a - b)).Max());

        (double, float[]) Take(ICollective collective)
        {
            using DisposeScope scope = NewDisposeScope();
            using var generator = new Generator(5, CPU);
            Tensor all = randn(shape, generator: generator) * 0.3;
            long rows = shape[0] / collective.World;
            Tensor mine = all.narrow(0, collective.Rank * rows, rows).clone().requires_grad_(true);
            Tensor value = loss(mine, collective.Whole());
            value.backward();
            return (value.item<float>(), mine.grad!.data<float>().ToArray());
        }
    }

    [TestMethod]
    public void A_quantizer_that_only_measures_asks_nobody()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Vector(new BatchMean(_ => throw new InvalidOperationException("asked"), 2));
        quantizer.eval();

        quantizer.Quantize(zeros(2, 3, 5));

        quantizer.train();
        Assert.ThrowsExactly<InvalidOperationException>(() => quantizer.Quantize(zeros(2, 3, 5)));
    }

    private static BinaryQuantizer Binary(bool spherical, BatchMean whole)
        => new(new BinaryQuantizerConfig { Bits = 7, Spherical = spherical, InverseTemperature = 2, GroupBits = 4 }) { Whole = whole };

    private static VectorQuantizer Vector(BatchMean whole)
    {
        var quantizer = new VectorQuantizer(new VectorQuantizerConfig { CodebookSize = 16, CodeDimension = 5, Normalize = true, EntropyCost = 0.1 }) { Whole = whole };
        using var generator = new Generator(6, CPU);
        quantizer.Initialize(generator);
        return quantizer;
    }
}
