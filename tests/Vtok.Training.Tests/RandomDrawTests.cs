using Vtok.Training.Runs;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class RandomDrawTests
{
    [TestMethod]
    public void Seed_step_and_purpose_each_change_the_stream_and_nothing_else_does()
    {
        ulong[] first = [.. new (int, long, string)[] { (1, 2, "a"), (1, 2, "a"), (2, 2, "a"), (1, 3, "a"), (1, 2, "b"), (1, 2, "aa") }
            .Select(key => new RandomDraw(key.Item1, key.Item2, key.Item3).NextBits())];

        Assert.AreEqual(first[0], first[1]);
        Assert.AreEqual(5, first.Distinct().Count());
    }

    [TestMethod]
    public void Whole_numbers_are_spread_evenly()
    {
        var draw = new RandomDraw(1, 0, "even");
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++)
            counts[draw.Next(10)]++;

        Assert.IsTrue(counts.All(count => Math.Abs(count - 10_000) < 500), string.Join(" ", counts));
    }
}
