using TorchSharp;
using Vtok.Training.Measures;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class UsageWindowTests
{
    [TestMethod]
    public void Equal_counts_have_the_perplexity_of_their_number()
    {
        using DisposeScope scope = NewDisposeScope();
        using var usage = new UsageWindow(16);

        usage.Add(tensor((long[])[0, 1, 2, 3, 0, 1, 2, 3], [2, 4]));

        Assert.AreEqual(4, usage.Perplexity, 1e-9);
        Assert.AreEqual(0.25, usage.Used);
        Assert.AreEqual(8, usage.Total);
    }

    [TestMethod]
    public void A_new_window_knows_nothing_of_the_last_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using var usage = new UsageWindow(3);
        usage.Add(tensor((long[])[0, 0]));

        usage.Reset();
        usage.Add(tensor((long[])[2]));

        CollectionAssert.AreEqual((long[])[0, 1], usage.Dead());
        Assert.AreEqual(1, usage.Total);
        Assert.AreEqual(1, usage.Perplexity, 1e-9);
    }
}
