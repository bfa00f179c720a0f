using TorchSharp;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class BatchPrefetcherTests
{
    [TestMethod]
    public void Batches_come_in_the_order_of_their_steps_and_the_time_before_the_first_is_no_waiting()
    {
        using var batches = new BatchPrefetcher(Make, 3, 6);

        batches.Begin();

        Assert.AreEqual(TimeSpan.Zero, batches.TakeWaited());
        foreach (long step in (long[])[3, 4, 5])
            Assert.AreEqual(step, batches.Next().Step);
    }

    [TestMethod]
    public void What_goes_wrong_with_the_first_batch_is_thrown_where_it_is_waited_for()
    {
        using var batches = new BatchPrefetcher(_ => throw new IOException("gone"), 0, 2);

        var error = Assert.ThrowsExactly<IOException>(batches.Begin);

        Assert.AreEqual("gone", error.Message);
    }

    private static TrainingBatch Make(long step) => new(step, 1, new Dictionary<string, torch.Tensor>());
}
