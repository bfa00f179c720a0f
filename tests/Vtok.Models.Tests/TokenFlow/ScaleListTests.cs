using Vtok.Models.TokenFlow;

namespace Vtok.Models.Tests.TokenFlow;

[TestClass]
public sealed class ScaleListTests
{
    [TestMethod]
    [DataRow(new[] { 1, 2, 4, 6, 8, 10, 12, 14 }, 561)]
    [DataRow(new[] { 1, 2, 3, 4, 5, 6, 8, 10, 13, 16 }, 680)]
    [DataRow(new[] { 1, 2, 4, 6, 8, 10, 12, 14, 16 }, 817)]
    [DataRow(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 22, 27 }, 2227)]
    public void Published_scales_have_the_published_number_of_tokens(int[] sides, int tokens)
    {
        ScaleList scales = new(sides);

        Assert.AreEqual(tokens, scales.Tokens);
        Assert.AreEqual(sides.Length, scales.ScalesIn(tokens));
    }

    [TestMethod]
    public void Every_prefix_of_whole_scales_is_recognised_and_no_other()
    {
        ScaleList scales = new(1, 2, 4);

        Assert.AreEqual(1, scales.ScalesIn(1));
        Assert.AreEqual(2, scales.ScalesIn(5));
        Assert.AreEqual(3, scales.ScalesIn(21));
        foreach (int length in new[] { 0, 2, 4, 6, 20, 22 })
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => scales.ScalesIn(length)).Message, "1, 5, 21");
    }

    [TestMethod]
    [DataRow(new int[0]), DataRow(new[] { 0, 1 }), DataRow(new[] { 2, 2 }), DataRow(new[] { 3, 1 }), DataRow(new[] { 1, 4096 })]
    public void Scales_that_do_not_ascend_within_bounds_are_refused(int[] sides) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new ScaleList(sides)).Message, "ascending");
}
