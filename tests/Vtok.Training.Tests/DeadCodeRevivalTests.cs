using TorchSharp;
using Vtok.Training.Measures;
using Vtok.Training.Optimization;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class DeadCodeRevivalTests
{
    [TestMethod]
    public void Unused_codes_become_encoder_outputs_and_used_ones_stay()
    {
        using DisposeScope scope = NewDisposeScope();
        var usage = new CodebookUsage(4);
        var revival = new DeadCodeRevival(usage, seed: 1, every: 10);
        Tensor codebook = zeros(4, 2), outputs = tensor((float[])[7, 8, 9, 10], [2, 2]);
        usage.Add(tensor((long[])[1, 1, 3]));

        int early = revival.AfterStep(8, codebook, outputs);
        int moved = revival.AfterStep(9, codebook, outputs);

        Assert.AreEqual(0, early);
        Assert.AreEqual(2, moved);
        float[] values = codebook.data<float>().ToArray();
        CollectionAssert.Contains((float[])[7, 9], values[0]);
        CollectionAssert.Contains((float[])[7, 9], values[4]);
        Assert.AreEqual(0, values[2] + values[3] + values[6] + values[7]);
        Assert.AreEqual(0, usage.Total);
    }
}
