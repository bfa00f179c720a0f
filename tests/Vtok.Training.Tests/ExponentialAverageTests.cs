using TorchSharp;
using Vtok.Training.Optimization;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class ExponentialAverageTests
{
    [TestMethod]
    public void It_follows_the_written_out_formula()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = nn.Linear(1, 1, hasBias: false);
        Set(model, 0);
        using var average = new ExponentialAverage(model, 0.9);
        double expected = 0;
        for (int step = 0; step < 200; step++)
        {
            double value = Math.Sin(step), decay = step == 0 ? 0 : Math.Min(0.9, (1.0 + step) / (10 + step));
            expected += (1 - decay) * (value - expected);
            Set(model, value);

            average.Update(step);
        }

        Assert.AreEqual(expected, average.Entries.Single().Average.item<float>(), 1e-5);
    }

    [TestMethod]
    public void It_makes_no_tensor_that_a_garbage_collection_could_free_too_early()
    {
        using var model = nn.Linear(2, 2);
        long before = DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

        using var average = new ExponentialAverage(model, 0.9);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount);
    }

    [TestMethod]
    public void Applying_puts_the_average_in_and_disposing_gives_the_weights_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = nn.Linear(1, 1, hasBias: false);
        Set(model, 1);
        using var average = new ExponentialAverage(model, 0.5);
        Set(model, 3);

        using (average.Apply())
            Assert.AreEqual(1, model.weight.item<float>());
        Assert.AreEqual(3, model.weight.item<float>());
    }

    private static void Set(TorchSharp.Modules.Linear model, double value)
    {
        using (no_grad())
            model.weight.fill_(value);
    }
}
