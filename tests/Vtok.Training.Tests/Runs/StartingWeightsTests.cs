using TorchSharp;
using Vtok.Models.Weights;
using Vtok.Training.Runs;
using Vtok.Training.Tests.Commands;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class StartingWeightsTests
{
    private readonly string _folder = TestRuns.Folder();
    private readonly List<string> _said = [];

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("run/checkpoints/step-000000020.safetensors"), DataRow("run"), DataRow("run/best.safetensors")]
    public void A_new_run_begins_at_step_0_with_the_weights_of_an_earlier_one(string source)
    {
        Train("run", new TinyTask(), null, "steps=20", "every.validate=10");
        using var task = new TinyTask(seed: 9);

        TrainingOutcome outcome = Train("new", task, source, "steps=1", "optimizer.lr=0");

        Assert.AreEqual(1, outcome.Step);
        CollectionAssert.AreEqual(Weight(source), Values(task.Weight));
        StringAssert.StartsWith(_said[0], "weights: from ");
        Assert.AreEqual("average: begins at the weights; optimizer: begins anew", _said[1]);
    }

    [TestMethod]
    public void Tensors_that_the_network_has_no_place_for_are_counted()
    {
        using (DisposeScope scope = NewDisposeScope())
            SafetensorsWriter.Write(Path.Combine(_folder, "model.safetensors"),
                new Dictionary<string, Tensor> { ["weight"] = ones(5, 6), ["bias"] = zeros(5), ["proxy.weight"] = zeros(1) });
        using var task = new TinyTask();

        Train("new", task, "model.safetensors", "steps=1", "optimizer.lr=0");

        Assert.AreEqual(1, Values(task.Weight)[0]);
        Assert.AreEqual("weights: from model.safetensors; left unused: 1 other tensors, such as \"proxy.weight\"", _said[0]);
    }

    [TestMethod]
    public void Another_model_is_refused_with_the_first_tensor_that_differs()
    {
        Train("run", new TinyTask(), null, "steps=5");

        var error = Assert.ThrowsExactly<CheckpointException>(() =>
        {
            using var other = new OtherTask();
            new TrainingLoop(TestRuns.Run(Path.Combine(_folder, "new"), TestRuns.Recipe()) with { InitFrom = Path.Combine(_folder, "run") }, other).Run();
        });

        Assert.AreEqual(CheckpointError.Mismatch, error.Error);
        StringAssert.Contains(error.Message, "\"model.weight\" is [5, 6], expected [2, 2]");
    }

    [TestMethod]
    [DataRow("run/checkpoints/step-000000020.safetensors"), DataRow("run/best.safetensors")]
    public void A_damaged_file_is_refused(string source)
    {
        Train("run", new TinyTask(), null, "steps=20", "every.validate=10");
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, source));
        bytes[^9] ^= 4;
        File.WriteAllBytes(Path.Combine(_folder, source), bytes);
        using var task = new TinyTask();

        var error = Assert.ThrowsExactly<CheckpointException>(() => Train("new", task, source));

        Assert.AreEqual(CheckpointError.WrongDigest, error.Error);
    }

    [TestMethod]
    public void A_name_that_is_nowhere_is_refused()
    {
        using var task = new TinyTask();

        var error = Assert.ThrowsExactly<CheckpointException>(() => Train("new", task, "nowhere"));

        Assert.AreEqual(CheckpointError.Missing, error.Error);
    }

    [TestMethod]
    public void A_run_that_goes_on_does_not_look_at_it()
    {
        Train("run", new TinyTask(), null, "steps=5");
        using var task = new TinyTask();

        Train("run", task, "nowhere", "steps=6");

        Assert.IsTrue(_said.Any(line => line.Contains("not looked at", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_opponent_is_taken_from_a_checkpoint_and_begins_anew_without_one()
    {
        using var train = new TrainHarness();
        string[] early = ["steps=3", "every.validate=0", "settings.discriminator.start=0"];
        TrainHarness.Run(train.Train("run", early));

        (int first, _, string taken) = TrainHarness.Run([.. train.Train("again", early), "--init-from", train["run"]]);
        (int second, _, string fresh) = TrainHarness.Run([.. train.Train("once-more", early), "--init-from", Path.Combine(train["run"], "model")]);

        Assert.AreEqual((0, 0), (first, second), taken + fresh);
        StringAssert.Contains(taken, "opponent: from the same file; its optimizer begins anew");
        StringAssert.Contains(fresh, "opponent: begins anew (\"opponent.model.discriminator.");
    }

    private TrainingOutcome Train(string run, TinyTask task, string? source, params string[] overrides)
    {
        _said.Clear();
        TrainingRun settings = TestRuns.Run(Path.Combine(_folder, run), TestRuns.Recipe(overrides));
        return new TrainingLoop(settings with { Say = _said.Add, InitFrom = source is null ? null : Path.Combine(_folder, source) }, task).Run();
    }

    private float[] Weight(string source)
    {
        string path = Path.Combine(_folder, source);
        if (Directory.Exists(path))
            path = Directory.GetFiles(Path.Combine(path, "checkpoints")).Order(StringComparer.Ordinal).Last();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        return Values(file[file.Entries.ContainsKey("model.weight") ? "model.weight" : "weight"]);
    }

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
