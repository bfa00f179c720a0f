using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class CodebookUsageTests
{
    [TestMethod]
    public void Equal_use_of_half_the_codes_is_worth_half_the_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        CodebookUsage usage = new(8);

        usage.Add(arange(4).repeat(3, 5).view(3, -1));

        Assert.AreEqual(0.5, usage.Share);
        Assert.AreEqual(4, usage.Perplexity, 1e-6);
        Assert.AreEqual((0, 15), (usage.LeastFrequency, usage.MostFrequency));
        Assert.AreEqual(0, usage.EntropyByPosition()[0], 1e-6);
    }

    [TestMethod]
    public void An_id_outside_the_codebook_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();

        var error = Assert.ThrowsExactly<ArgumentException>(() => new CodebookUsage(4).Add(full([1, 2], 4L, ScalarType.Int64)));

        StringAssert.Contains(error.Message, "0..3");
    }
}
