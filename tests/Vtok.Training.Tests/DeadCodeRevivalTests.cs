using TorchSharp;
using Vtok.Models.Quantizers;
using Vtok.Training.Measures;
using Vtok.Training.Optimization;
using Vtok.Training.Runs;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class DeadCodeRevivalTests
{
    [TestMethod]
    [DataRow(CodebookLearning.Gradient)]
    [DataRow(CodebookLearning.MovingAverage)]
    public void Unused_codes_become_vectors_of_the_step_each_once_and_used_ones_stay(CodebookLearning learning)
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Quantizer(learning);
        using var usage = new UsageWindow(4);
        usage.Add(tensor((long[])[1, 1, 3]));
        var draw = new RandomDraw(1, 0, "test");

        int moved = DeadCodeRevival.Move(quantizer, 0, usage, tensor((float[])[7, 8, 9, 10], [2, 2]), ref draw);

        Assert.AreEqual(2, moved);
        float[] values = quantizer.Codebook.data<float>().ToArray();
        CollectionAssert.AreEquivalent((float[])[7, 9], (float[])[values[0], values[4]]);
        Assert.AreEqual(0, values[2] + values[3] + values[6] + values[7]);
    }

    [TestMethod]
    public void The_averages_of_a_moved_code_start_anew_so_that_the_next_update_leaves_it_where_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Quantizer(CodebookLearning.MovingAverage);
        using var usage = new UsageWindow(4);
        usage.Add(tensor((long[])[0, 1, 3]));
        var draw = new RandomDraw(1, 0, "test");
        DeadCodeRevival.Move(quantizer, 0, usage, tensor((float[])[7, 8], [1, 2]), ref draw);

        quantizer.Quantize(zeros(5, 2)); // every feature goes to another code

        using Tensor code = quantizer.Codebook[2];
        Assert.AreEqual(7, code[0].item<float>(), 1e-3f);
        Assert.AreEqual(8, code[1].item<float>(), 1e-3f);
    }

    [TestMethod]
    public void A_codebook_that_is_used_throughout_stays()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Quantizer(CodebookLearning.Gradient);
        using var usage = new UsageWindow(4);
        usage.Add(arange(4));
        var draw = new RandomDraw(1, 0, "test");

        Assert.AreEqual(0, DeadCodeRevival.Move(quantizer, 0, usage, ones(2, 2), ref draw));
        Assert.AreEqual(0, quantizer.Codebook.abs().sum().item<float>());
    }

    private static VectorQuantizer Quantizer(CodebookLearning learning)
    {
        var quantizer = new VectorQuantizer(new VectorQuantizerConfig { CodebookSize = 4, CodeDimension = 2, Learning = learning });
        quantizer.Codebook.detach().zero_();
        quantizer.Replace(arange(4), zeros(4, 2));
        return quantizer;
    }
}
