using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Collectives;

/// <summary>The training loop with several ranks (threads of this process, over TCP) and with micro-batches.</summary>
[TestClass]
public sealed class SeveralProcessesTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow(2, 1), DataRow(1, 2), DataRow(1, 8), DataRow(2, 2), DataRow(4, 2)]
    public void The_losses_of_a_hundred_steps_are_those_of_one_process(int world, int accumulate)
    {
        Recipe recipe = Recipe("steps=100", "every.log=1");
        using (var task = new TinyTask())
            new TrainingLoop(TestRuns.Run(InFolder("one"), recipe), task).Run();

        Train(world, Recipe("steps=100", "every.log=1", $"accumulate={accumulate}"), "several");

        double[] one = Losses("one"), several = Losses("several");
        Assert.HasCount(100, several);
        double worst = one.Zip(several, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max();
        Console.WriteLine($"world {world}, accumulate {accumulate}: worst relative difference {worst:E1}");
        Assert.IsLessThan(1e-4, worst);
    }

    [TestMethod]
    public void All_ranks_end_with_the_same_bits()
    {
        var weights = new float[3][];

        Train(3, Recipe("steps=20", "batch=6"), "run", (rank, task) => weights[rank] = task.Weight.detach().data<float>().ToArray(), batch: 6);

        CollectionAssert.AreEqual(weights[0], weights[1]);
        CollectionAssert.AreEqual(weights[0], weights[2]);
    }

    [TestMethod]
    public void A_run_goes_on_from_the_checkpoint_of_rank_0_alone()
    {
        var whole = new float[2][];
        var resumed = new float[2][];
        Train(2, Recipe("steps=20"), "whole", (rank, task) => whole[rank] = task.Weight.detach().data<float>().ToArray());
        using var stop = new CancellationTokenSource();
        TrainingOutcome?[] first = Train(2, Recipe("steps=20"), "stopped", stop: stop.Token, onStep: (rank, step) => { if (rank == 1 && step == 6) stop.Cancel(); });
        Directory.Delete(InFolder("stopped-1"), recursive: true);

        TrainingOutcome?[] second = Train(2, Recipe("steps=20"), "stopped", (rank, task) => resumed[rank] = task.Weight.detach().data<float>().ToArray());

        Assert.IsTrue(first.All(outcome => outcome!.End == TrainingEnd.Interrupted));
        Assert.AreEqual(first[0]!.Step, first[1]!.Step);
        Assert.IsTrue(second.All(outcome => outcome!.Step == 20));
        CollectionAssert.AreEqual(whole[0], resumed[0]);
        CollectionAssert.AreEqual(whole[0], resumed[1]);
    }

    [TestMethod]
    public void A_run_of_two_processes_goes_on_as_one_process_with_micro_batches()
    {
        Train(2, Recipe("steps=20", "every.log=1"), "whole");
        using var stop = new CancellationTokenSource();
        Train(2, Recipe("steps=20", "every.log=1"), "parts", stop: stop.Token, onStep: (_, step) => { if (step == 6) stop.Cancel(); });

        using var task = new TinyTask();
        new TrainingLoop(TestRuns.Run(InFolder("parts"), Recipe("steps=20", "every.log=1", "accumulate=4")), task).Run();

        double[] whole = Losses("whole"), parts = Losses("parts");
        Assert.HasCount(20, parts);
        Assert.IsLessThan(1e-5, whole.Zip(parts, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max());
    }

    [TestMethod]
    public void Only_rank_0_writes()
    {
        Train(2, Recipe("steps=10", "every.validate=5", "every.save=5"), "run");

        Assert.IsTrue(File.Exists(Path.Combine(InFolder("run"), "log.jsonl")));
        Assert.IsEmpty(Directory.GetFileSystemEntries(InFolder("run-1")));
    }

    [TestMethod]
    public void A_loss_that_is_no_number_at_one_rank_stops_all_at_the_same_step()
    {
        TrainingOutcome?[] outcomes = Train(2, Recipe("steps=20"), "run", onLoss: (rank, step, loss) => rank == 1 && step == 7 ? loss * double.NaN : loss);

        foreach (TrainingOutcome? outcome in outcomes)
        {
            Assert.AreEqual(TrainingEnd.Diverged, outcome!.End);
            Assert.AreEqual(10, outcome.Step);
        }
    }

    [TestMethod]
    public void A_rank_with_other_weights_is_named_at_the_start()
    {
        Exception?[] errors = Together.Try(3, collective =>
        {
            using var task = new TinyTask(collective.Rank == 1 ? 4 : 3) { Batch = 6 };
            Loop(collective, Recipe("steps=5", "batch=6"), "run", task).Run();
        });

        foreach (Exception? error in errors)
            StringAssert.StartsWith(error!.Message, "rank 1: another set of weights after step 0 than ranks 0, 2");
    }

    [TestMethod]
    public void A_rank_whose_weights_drift_is_named_at_the_next_comparison()
    {
        Exception?[] errors = Together.Try(2, collective =>
        {
            TinyTask? task = null;
            using (task = new TinyTask { OnStep = step => Spoil(task!, collective.Rank == 1 && step == 2) })
                Loop(collective, Recipe("steps=20", "every.compare=4"), "run", task).Run();
        });

        foreach (Exception? error in errors)
            StringAssert.StartsWith(error!.Message, "rank 1: another set of weights after step 4 than rank 0");
    }

    [TestMethod]
    public void A_rank_with_another_recipe_is_named_at_the_start()
    {
        Exception?[] errors = Together.Try(2, collective =>
        {
            using var task = new TinyTask();
            Loop(collective, Recipe($"seed={collective.Rank}"), "run", task).Run();
        });

        foreach (Exception? error in errors)
            StringAssert.StartsWith(error!.Message, "rank 1: another recipe than rank 0");
    }

    [TestMethod]
    public void A_rank_with_other_data_is_named_at_the_start()
    {
        Exception?[] errors = Together.Try(3, collective =>
        {
            using var task = new TinyTask { Batch = 6, Data = collective.Rank == 2 ? "others" : "these" };
            Loop(collective, Recipe("batch=6"), "run", task).Run();
        });

        foreach (Exception? error in errors)
            StringAssert.StartsWith(error!.Message, "rank 2: another set of training pictures than ranks 0, 1");
    }

    [TestMethod]
    public void A_batch_that_cannot_be_shared_equally_is_refused_with_the_numbers()
    {
        Exception?[] errors = Together.Try(3, collective =>
        {
            using var task = new TinyTask();
            _ = Loop(collective, Recipe("accumulate=2"), "run", task);
        });

        foreach (Exception? error in errors)
            Assert.AreEqual("batch: 8 cannot be shared equally by 3 processes x accumulate 2; expected a multiple of 6", error!.Message);
    }

    [TestMethod]
    public void Micro_batches_that_do_not_divide_the_batch_are_a_fault_of_the_recipe()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe("accumulate=3"));

        StringAssert.Contains(error.Message, "accumulate: 3 does not divide the batch of 8");
    }

    private static void Spoil(TinyTask task, bool now)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (now)
            task.Weight.detach().add_(1e-6f);
    }

    private static Recipe Recipe(params string[] overrides) => TestRuns.Recipe(overrides);

    // Rank 0 works in the folder of that name, rank n in NAME-n.
    private TrainingLoop Loop(ICollective collective, Recipe recipe, string name, TinyTask task, CancellationToken stop = default)
        => new(TestRuns.Run(InFolder(collective.Rank == 0 ? name : $"{name}-{collective.Rank}"), recipe, stop) with { Collective = collective }, task);

    private TrainingOutcome?[] Train(int world, Recipe recipe, string name, Action<int, TinyTask>? then = null, Action<int, long>? onStep = null,
        Func<int, long, Tensor, Tensor>? onLoss = null, int batch = 8, CancellationToken stop = default)
    {
        var outcomes = new TrainingOutcome?[world];
        Together.Run(world, collective =>
        {
            int rank = collective.Rank;
            using var task = new TinyTask
            {
                Batch = batch,
                OnStep = step => onStep?.Invoke(rank, step),
                OnLoss = (step, loss) => onLoss?.Invoke(rank, step, loss) ?? loss,
            };
            outcomes[rank] = Loop(collective, recipe, name, task, stop).Run();
            then?.Invoke(rank, task);
        });
        return outcomes;
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private double[] Losses(string name) =>
    [
        .. File.ReadLines(Path.Combine(InFolder(name), "log.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["kind"] == "train").Select(line => (double)line["loss"]!),
    ];
}
