namespace Vtok.Streams.Tests;

[TestClass]
public sealed class TokenSequenceTests
{
    [TestMethod]
    public void A_prefix_shares_the_memory_of_its_sequence()
    {
        int[] ids = Sample.Ids(Sample.Nested, 256);
        var sequence = new TokenSequence(Sample.Nested, ids);

        TokenSequence prefix = sequence.Prefix(32);
        ids[31] = 77;

        Assert.AreEqual(32, prefix.Count);
        Assert.AreEqual(77, prefix.Ids.Span[31]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sequence.Prefix(257));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sequence.Prefix(-1));
    }
}
