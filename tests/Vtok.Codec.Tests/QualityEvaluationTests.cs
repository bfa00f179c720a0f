using Vtok.Codec.Evaluation;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

[TestClass]
public class QualityEvaluationTests
{
    private static readonly TokenizerInfo Native = IdentityModel.Describe("native");
    private static readonly TokenizerInfo Scales = Native with { Order = TokenOrder.Scales, Lengths = [1, 5, 32, 768] };
    private static readonly TokenizerInfo Grid = Native with
    {
        Order = TokenOrder.Raster,
        Lengths = [],
        NativeWidth = null,
        NativeHeight = null,
        Factor = 8,
        Vocabulary = new ImageVocabulary(new VocabularyRun(256, 0)),
    };

    [TestMethod]
    public void A_nested_model_is_measured_at_the_usual_lengths_that_it_has()
    {
        CollectionAssert.AreEqual(new[] { 32, 64, 128, 256 }, QualityEvaluation.LengthsOf(Native, 16).ToArray());
        CollectionAssert.AreEqual(new[] { 32, 64 }, QualityEvaluation.LengthsOf(Native with { Lengths = [1, 100] }, 16).ToArray());
        CollectionAssert.AreEqual(new[] { 20 }, QualityEvaluation.LengthsOf(Native with { Lengths = [1, 20] }, 16).ToArray());
    }

    [TestMethod]
    public void Every_prefix_of_whole_scales_is_measured()
    {
        CollectionAssert.AreEqual(new[] { 1, 5, 32, 768 }, QualityEvaluation.LengthsOf(Scales, 16).ToArray());
    }

    [TestMethod]
    [DataRow(null, 256, 1024)]
    [DataRow(24, 24, 9)]
    public void A_grid_has_the_length_of_its_side(int? asked, int side, int tokens)
    {
        Assert.AreEqual(side, QualityEvaluation.SideOf(Grid, asked));
        CollectionAssert.AreEqual(new[] { tokens }, QualityEvaluation.LengthsOf(Grid, side).ToArray());
    }

    [TestMethod]
    [DataRow(8), DataRow(0), DataRow(-8), DataRow(31)]
    public void A_side_that_is_no_multiple_or_too_small_is_refused(int asked)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => QualityEvaluation.SideOf(Grid, asked));

        StringAssert.Contains(error.Message, "multiple of 8, 11 or more");
    }

    [TestMethod]
    public void A_models_own_size_is_the_only_one()
    {
        Assert.AreEqual(16, QualityEvaluation.SideOf(Native, null));
        Assert.AreEqual(16, QualityEvaluation.SideOf(Native, 16));
        Assert.ThrowsExactly<ArgumentException>(() => QualityEvaluation.SideOf(Native, 32));
        Assert.ThrowsExactly<NotSupportedException>(() => QualityEvaluation.SideOf(Native with { NativeHeight = 8 }, null));
    }
}
