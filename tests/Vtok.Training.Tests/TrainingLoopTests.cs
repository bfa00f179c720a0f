using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class TrainingLoopTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void The_tiny_task_is_learned()
    {
        Recipe recipe = TestRuns.Recipe("steps=300", "optimizer.lr=0.05", "every.validate=50");
        using var task = new TinyTask();

        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        JsonNode[] log = Log();
        Assert.AreEqual(TrainingEnd.Finished, outcome.End);
        Assert.IsLessThan(0.01 * (double)log[0]["square"]!, (double)log.Last(line => (string?)line["kind"] == "train")["square"]!);
        Assert.IsTrue(File.Exists(Path.Combine(_folder, "best.safetensors")));
    }

    [TestMethod]
    public void A_run_that_was_interrupted_continues_to_the_same_bits()
    {
        Recipe recipe = TestRuns.Recipe("steps=20", "every.save=0");
        float[] whole = TrainWhole(recipe);
        using var stop = new CancellationTokenSource();
        using (var task = new TinyTask { OnStep = step => { if (step == 6) stop.Cancel(); } })
            Assert.AreEqual(TrainingEnd.Interrupted, new TrainingLoop(TestRuns.Run(_folder, recipe, stop.Token), task).Run().End);

        using var resumed = new TinyTask();
        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe), resumed).Run();

        Assert.AreEqual(20, outcome.Step);
        CollectionAssert.AreEqual(whole, Values(resumed.Weight));
    }

    [TestMethod]
    [DataRow(3), DataRow(8), DataRow(14)]
    public void A_run_that_was_killed_continues_from_its_last_checkpoint_to_the_same_bits(int killedAt)
    {
        Recipe recipe = TestRuns.Recipe("steps=20");
        float[] whole = TrainWhole(recipe);
        using (var task = new TinyTask { OnLoss = (step, loss) => step == killedAt ? throw new IOException("killed") : loss })
            Assert.ThrowsExactly<IOException>(() => new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run());

        using var resumed = new TinyTask();
        new TrainingLoop(TestRuns.Run(_folder, recipe), resumed).Run();

        CollectionAssert.AreEqual(whole, Values(resumed.Weight));
        long[] steps = [.. Log().Where(line => (string?)line["kind"] == "train").Select(line => (long)line["step"]!)];
        CollectionAssert.AreEqual((long[])[5, 10, 15, 20], steps);
    }

    [TestMethod]
    public void A_checkpoint_that_is_cut_short_is_passed_over_for_the_one_before()
    {
        Recipe recipe = TestRuns.Recipe("steps=20");
        float[] whole = TrainWhole(recipe);
        using (var task = new TinyTask { OnLoss = (step, loss) => step == 13 ? throw new IOException("killed") : loss })
            Assert.ThrowsExactly<IOException>(() => new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run());
        string newest = Directory.GetFiles(Path.Combine(_folder, "checkpoints")).Order(StringComparer.Ordinal).Last();
        using (FileStream file = File.OpenWrite(newest))
            file.SetLength(file.Length - 1);
        List<string> said = [];

        using var resumed = new TinyTask();
        new TrainingLoop(TestRuns.Run(_folder, recipe) with { Say = said.Add }, resumed).Run();

        CollectionAssert.AreEqual(whole, Values(resumed.Weight));
        StringAssert.Contains(said[0], "damaged");
        StringAssert.Contains(said[1], "after step 5");
    }

    [TestMethod]
    public void A_checkpoint_of_another_model_is_refused_by_name()
    {
        Recipe recipe = TestRuns.Recipe("steps=5");
        using (var task = new TinyTask())
            new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        using var other = new OtherTask();
        var error = Assert.ThrowsExactly<CheckpointException>(() => new TrainingLoop(TestRuns.Run(_folder, recipe), other).Run());

        StringAssert.Contains(error.Message, "another run folder");
    }

    [TestMethod]
    public void A_loss_that_is_no_number_stops_the_run_and_saves_nothing_after_it()
    {
        Recipe recipe = TestRuns.Recipe("steps=20");
        using var task = new TinyTask { OnLoss = (step, loss) => step == 7 ? loss * double.NaN : loss };

        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        Assert.AreEqual(TrainingEnd.Diverged, outcome.End);
        StringAssert.Contains(outcome.Message, "no finite number");
        string newest = Path.GetFileName(Directory.GetFiles(Path.Combine(_folder, "checkpoints")).Single());
        Assert.AreEqual("step-000000005.safetensors", newest);
    }

    [TestMethod]
    public void A_run_out_of_time_saves_and_says_how_to_go_on()
    {
        Recipe recipe = TestRuns.Recipe("steps=1000000", "every.log=0", "every.save=0");
        using var task = new TinyTask();

        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe) with { MaxSeconds = 0.2 }, task).Run();

        Assert.AreEqual(TrainingEnd.OutOfTime, outcome.End);
        StringAssert.Contains(outcome.Message, "same command");
        Assert.HasCount(1, Directory.GetFiles(Path.Combine(_folder, "checkpoints")));
    }

    [TestMethod]
    [DoNotParallelize]
    public void A_thousand_steps_leave_no_tensor_behind()
    {
        Recipe recipe = TestRuns.Recipe("steps=1120", "every.log=10", "every.save=200", "every.validate=100");
        var counts = new Dictionary<long, long>();
        using var task = new TinyTask { OnStep = step => { if (step is 109 or 1109) counts[step] = LiveTensors(); } };

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        const int prefetched = 3 * 2 + 4; // batches that are ready or in the making
        Assert.IsLessThanOrEqualTo(prefetched, Math.Abs(counts[1109] - counts[109]));
    }

    private static long LiveTensors()
    {
        GC.Collect(); // what other tests left behind must not die between two counts
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    private float[] TrainWhole(Recipe recipe)
    {
        using var task = new TinyTask();
        new TrainingLoop(TestRuns.Run(Path.Combine(_folder, "whole"), recipe), task).Run();
        return Values(task.Weight);
    }

    private JsonNode[] Log() => [.. File.ReadLines(Path.Combine(_folder, "log.jsonl")).Select(line => JsonNode.Parse(line)!)];

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
