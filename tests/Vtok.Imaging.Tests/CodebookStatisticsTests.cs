namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class CodebookStatisticsTests
{
    [TestMethod]
    public void Even_use_of_a_quarter_has_the_perplexity_of_a_quarter()
    {
        var statistics = new CodebookStatistics(16);

        statistics.Add([3, 5, 7, 9]);
        statistics.Add([9, 7, 5, 3]);

        Assert.AreEqual(0.25, statistics.Usage);
        Assert.AreEqual(4, statistics.Perplexity, 1e-12);
        Assert.AreEqual(8, statistics.Total);
    }

    [TestMethod]
    public void An_id_outside_the_codebook_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CodebookStatistics(4).Add([4]));

    [TestMethod]
    public void Nothing_counted_is_nothing_used() => Assert.AreEqual(0, new CodebookStatistics(4).Usage);
}
