using TorchSharp;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class TrainingBatchTests
{
    // META is the one other device that every libtorch has: shapes without memory.
    [TestMethod]
    public void Samples_move_to_the_device_and_what_they_share_stays_readable()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = zeros([4, 3, 8, 8], ScalarType.Byte);
        TrainingBatch batch = new(7, 4, new Dictionary<string, Tensor> { ["pictures"] = pictures, ["corner"] = tensor((long[])[32, 64]) }) { Common = ["corner"] };

        TrainingBatch moved = batch.To(META);

        Assert.AreEqual(DeviceType.META, moved["pictures"].device_type);
        CollectionAssert.AreEqual((long[])[32, 64], moved["corner"].data<long>().ToArray());
        Assert.IsTrue(pictures.IsInvalid, "the copy on the CPU is left behind");
        Assert.AreEqual(7, moved.Step);
    }

    [TestMethod]
    public void A_processor_keeps_the_batch_as_it_is()
    {
        using TrainingBatch batch = new(0, 1, new Dictionary<string, Tensor> { ["x"] = zeros(1) });

        Assert.AreSame(batch, batch.To(CPU));
        Assert.AreSame(batch, batch.To(null));
    }
}
