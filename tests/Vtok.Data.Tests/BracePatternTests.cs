namespace Vtok.Data.Tests;

[TestClass]
public sealed class BracePatternTests
{
    [TestMethod]
    public void Ranges_keep_their_width_and_multiply_with_lists()
    {
        CollectionAssert.AreEqual(new[] { "a-08-x", "a-08-y", "a-09-x", "a-09-y", "a-10-x", "a-10-y" }, BracePattern.Expand("a-{08..10}-{x,y}").ToArray());
        CollectionAssert.AreEqual(new[] { "plain.tar" }, BracePattern.Expand("plain.tar").ToArray());
    }

    [TestMethod]
    [DataRow("a{0..2"), DataRow("a{2..0}"), DataRow("a{x..y}"), DataRow("a{}"), DataRow("a{0..99999999}"), DataRow("{0..9999}{0..9999}")]
    public void Patterns_that_do_not_parse_or_explode_are_refused(string pattern)
    {
        var error = Assert.ThrowsExactly<DatasetException>(() => BracePattern.Expand(pattern));

        Assert.AreEqual(DatasetError.BadPattern, error.Reason);
    }
}
