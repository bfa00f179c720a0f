using CsCheck;
using Vtok.Models.Quantizers;
using Vtok.Models.TokenFlow;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Tests.TokenFlow;

[TestClass]
public sealed class SharedQuantizerTests
{
    private static readonly Gen<(int Codes, int Semantic, int Pixel, double First, double Second, int Seed)> Problems =
        Gen.Select(Gen.Int[2, 80], Gen.Int[2, 9], Gen.Int[2, 9], Gen.Double[0, 4], Gen.Double[0.1, 4], Gen.Int[0, 1_000_000]);

    [TestMethod]
    public void Ids_are_those_of_the_plain_weighted_sum_of_both_distance_matrices() => Problems.Sample(problem =>
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(problem.Codes, problem.Semantic, problem.Pixel, (ulong)problem.Seed);
        quantizer.Weights = new DistanceWeights(problem.First, problem.Second);
        Tensor rows = Rows(30, quantizer.CodeDimension, (ulong)problem.Seed);
        Tensor distances = Matrix(rows.narrow(1, 0, problem.Semantic), quantizer.SemanticCodebook) * problem.First
            + Matrix(rows.narrow(1, problem.Semantic, problem.Pixel), quantizer.PixelCodebook) * problem.Second;

        Tensor ids = quantizer.Encode(rows);

        // Where two codes lie within rounding of one another, either is right.
        Tensor chosen = distances.gather(1, ids.unsqueeze(1)).squeeze(1), best = distances.amin([1]);
        Assert.IsTrue((chosen - best).max().item<double>() < 1e-5);
    }, iter: 60, threads: 1);

    [TestMethod]
    public void Every_code_is_its_own_nearest_under_any_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(500, 6, 4);
        Tensor all = arange(500, ScalarType.Int64);

        foreach (DistanceWeights weights in new[] { DistanceWeights.Published, new(1, 0.25), new(0, 1), new(3, 0) })
        {
            quantizer.Weights = weights;

            Assert.IsTrue(all.Equals(quantizer.Encode(quantizer.Decode(all))), weights.ToString());
        }
    }

    [TestMethod]
    public void A_weight_of_zero_makes_the_other_half_decide()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(64, 6, 4);
        Tensor codes = quantizer.Decode(arange(64, ScalarType.Int64));
        Tensor mixed = cat([codes.narrow(1, 0, 6), codes.narrow(1, 6, 4).flip(0)], 1); // meaning of k, look of 63 - k

        quantizer.Weights = new DistanceWeights(1, 0);
        Tensor meant = quantizer.Encode(mixed);
        quantizer.Weights = new DistanceWeights(0, 1);
        Tensor looked = quantizer.Encode(mixed);

        Assert.IsTrue(arange(64, ScalarType.Int64).Equals(meant));
        Assert.IsTrue(arange(64, ScalarType.Int64).flip(0).Equals(looked));
    }

    [TestMethod]
    public void Ids_do_not_depend_on_the_tile_or_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(3000, 32, 8);
        Tensor rows = Rows(200, 40, 5), books = quantizer.Books();
        (Tensor semantic, Tensor pixel) = quantizer.Halves(rows);
        Tensor scaled = cat([semantic, pixel], 1), expected = quantizer.Encode(rows);

        foreach (int tile in new[] { 1, 2999, 7 * 3000, 1 << 22 })
            Assert.IsTrue(expected.Equals(NearestCode.Find(scaled, books, tile)), $"tile {tile}");
        for (int i = 0; i < 200; i += 40)
            Assert.IsTrue(expected.narrow(0, i, 1).Equals(quantizer.Encode(rows.narrow(0, i, 1))), $"row {i}");
    }

    [TestMethod]
    public void The_spread_from_moments_is_that_of_the_whole_matrix()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(50, 6, 4);
        Tensor rows = Rows(9, 10, 6);

        (Tensor semantic, Tensor pixel) = quantizer.Spread(rows);

        Assert.AreEqual(Matrix(rows.narrow(1, 0, 6), quantizer.SemanticCodebook).square().sum(1).mean().item<double>(), semantic.item<double>(), 1e-4);
        Assert.AreEqual(Matrix(rows.narrow(1, 6, 4), quantizer.PixelCodebook).square().sum(1).mean().item<double>(), pixel.item<double>(), 1e-4);
    }

    [TestMethod]
    public void A_straight_through_gradient_reaches_the_features_and_the_losses_the_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(50, 6, 4);
        Tensor rows = Rows(9, 10, 6).requires_grad_();

        QuantizerOutput output = quantizer.Quantize(rows);
        (output.Quantized.square().sum() * 0 + output.Quantized.sum() + output.TotalLoss()).backward();

        Assert.IsTrue(rows.grad!.abs().sum().item<float>() > 0);
        Assert.IsTrue(quantizer.SemanticCodebook.grad!.abs().sum().item<float>() > 0);
        Assert.IsTrue(quantizer.PixelCodebook.grad!.abs().sum().item<float>() > 0);
    }

    [TestMethod]
    public void Clustering_finds_separate_groups_and_averages_follow_their_members()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        Tensor groups = eye(4).repeat_interleave(10, 0) + Rows(40, 4, 7) * 0.01; // ten rows about each axis

        (Tensor means, Tensor counts) = CosineClusters.Find(functional.normalize(groups, dim: -1), eye(4) + 0.3, 10);
        Tensor moved = CosineClusters.Follow(eye(4).roll(1, 0), functional.normalize(groups, dim: -1), zeros(40, ScalarType.Int64), 0.99);

        Assert.IsTrue(counts.Equals(full([4], 10f)));
        Assert.IsTrue((means - eye(4)).abs().max().item<float>() < 0.02);
        Assert.IsTrue(moved.narrow(0, 1, 3).Equals(eye(4).roll(1, 0).narrow(0, 1, 3))); // no members: they stay
        Assert.IsFalse(moved.narrow(0, 0, 1).Equals(eye(4).roll(1, 0).narrow(0, 0, 1)));
    }

    [TestMethod]
    [DataRow(-1.0, 1.0), DataRow(0.0, 0.0), DataRow(1.0, double.NaN), DataRow(double.PositiveInfinity, 1.0)]
    public void Weights_that_are_no_weights_are_refused(double semantic, double pixel)
    {
        using SharedQuantizer quantizer = TinyTokenFlow.Quantizer(4, 2, 2);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => quantizer.Weights = new DistanceWeights(semantic, pixel)).Message, "distance weights");
    }

    private static Tensor Rows(int count, int width, ulong seed)
    {
        using Generator generator = new(seed + 100);
        return randn([count, width], generator: generator);
    }

    // Squared distances of normalised rows and codes, float64.
    private static Tensor Matrix(Tensor rows, Tensor codes)
    {
        Tensor a = functional.normalize(rows.to(ScalarType.Float64), dim: -1), e = functional.normalize(codes.detach().to(ScalarType.Float64), dim: -1);
        return (a.unsqueeze(1) - e.unsqueeze(0)).square().sum(-1);
    }
}
