using TorchSharp;
using Vtok.Training.Measures;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class CodebookUsageTests
{
    [TestMethod]
    public void Equal_counts_have_the_perplexity_of_their_number()
    {
        using DisposeScope scope = NewDisposeScope();
        var usage = new CodebookUsage(16);

        usage.Add(tensor((long[])[0, 1, 2, 3, 0, 1, 2, 3], [2, 4]));

        Assert.AreEqual(4, usage.Perplexity, 1e-9);
        Assert.AreEqual(0.25, usage.Used);
        Assert.AreEqual(8, usage.Total);
    }
}
