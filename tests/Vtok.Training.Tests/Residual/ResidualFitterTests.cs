using TorchSharp;
using Vtok.Data;
using Vtok.Models.Residual;
using Vtok.Training.Residual;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Residual;

[TestClass]
public sealed class ResidualFitterTests
{
    private static readonly ResidualFitRecipe Recipe = new()
    {
        Config = new ResidualConfig
        {
            Size = 32,
            Codes = 32,
            GlobalBand = 2,
            GlobalGroups = [2, 3],
            Stages = [new("A", 4, 2, 4), new("B", 8, 4, 5)],
            Levels = [new("C", 8, 2, 4), new("D", 12, 3, 5), new("E", 12, 3, 5)],
            Tokens = 34,
        },
        Samples = 2000,
        Rounds = 4,
    };

    [TestMethod]
    public void A_fit_draws_its_pictures_better_with_every_stage_and_again_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = Pictures();
        using ResidualCodebooks books = Fit(pictures), again = Fit(pictures);
        Tensor ids = new ResidualEncoder(books).Encode(pictures);

        float[] errors = [.. new[] { 1, 2, 6, 10, 20, 34 }.Select(n =>
            (books.LinearPicture(books.Dequantize(ids[.., ..n])) - pictures).square().mean().item<float>())];

        CollectionAssert.AreEqual(errors.OrderDescending().ToArray(), errors);
        Assert.IsLessThan(0.5f * (pictures - 0.5).square().mean().item<float>(), errors[^1]);
        IReadOnlyDictionary<string, Tensor> first = books.ToTensors(), second = again.ToTensors();
        foreach (string name in first.Keys)
            Assert.IsTrue(first[name].Equals(second[name]), name);
    }

    [TestMethod]
    public void Fitting_leaves_no_tensor_behind()
    {
        using Tensor pictures = Pictures();
        Fit(pictures).Dispose();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Fit(pictures).Dispose();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void Fewer_views_than_codes_are_refused_with_what_to_do()
    {
        using Tensor few = Pictures()[..31];

        var error = Assert.ThrowsExactly<DatasetException>(() => Fit(few));

        Assert.AreEqual(DatasetError.TooFew, error.Reason);
        StringAssert.Contains(error.Message, "31 views");
        StringAssert.Contains(error.Message, "32 codes");
    }

    [TestMethod]
    public void Empty_codes_are_put_beside_populous_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(1);
        Tensor two = cat([full([60, 3], 5f), full([4, 3], -5f)]); // 64 points, but only two places

        using Codebook book = BookFitter.Fit(two, eye(3), 8, 3, random);

        Assert.IsFalse(book.Codes.isnan().any().item<bool>());
        Assert.AreEqual(0f, book.Codes[0].abs().max().item<float>());
        Assert.IsLessThan(0.5f, (book.Vectors(book.Nearest(two)) - two).abs().max().item<float>());
    }

    private static ResidualCodebooks Fit(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        using DctBands bands = new(32, CPU);
        using OpponentColour colour = new(CPU);
        Tensor coefficients = colour.FromCentred(bands.Analyse((pictures - 0.5) * 255, Recipe.Config.Band));
        return ResidualFitter.Fit(Recipe, coefficients, null, CancellationToken.None);
    }

    private static Tensor Pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(9);
        Tensor coarse = rand([200, 3, 7, 7], generator: generator);
        return nn.functional.interpolate(coarse, [32, 32], mode: InterpolationMode.Bilinear, align_corners: false).MoveToOuterDisposeScope();
    }
}
