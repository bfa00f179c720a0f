using TorchSharp;
using Vtok.Training.Collectives;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class TrainingMeterTests
{
    [TestMethod]
    [DataRow(1), DataRow(4)]
    public void A_term_is_averaged_over_the_steps_that_had_it(int parts)
    {
        using DisposeScope scope = NewDisposeScope();
        using var task = new TinyTask();
        using var state = new TrainingState(task, TestRuns.Recipe());
        var meter = new TrainingMeter(SingleProcess.Instance);
        meter.Restart(0);
        for (int step = 0; step < 4; step++)
        {
            for (int part = 0; part < parts; part++)
            {
                List<LossTerm> terms = [new("always", tensor((float)step))];
                if (step == 3)
                    terms.Add(new("late", tensor(6f + part)));
                meter.Add(terms, tensor(2f), 8);
            }
            meter.Add(tensor(1f));
            state.Step++;
        }

        TrainingProgress progress = meter.Read(state, 10, 1e-3, TimeSpan.Zero);

        Assert.AreEqual(1.5, progress.Terms["always"], 1e-6);
        Assert.AreEqual(6 + (parts - 1) / 2.0, progress.Terms["late"], 1e-6);
        Assert.AreEqual(2, progress.Terms["loss"], 1e-6);
        Assert.AreEqual(1, progress.GradientNorm, 1e-6);
    }
}
