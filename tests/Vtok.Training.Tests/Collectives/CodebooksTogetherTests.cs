using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Training.Collectives;
using Vtok.Training.LlamaGen;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Collectives;

/// <summary>Codebooks that learn from statistics, and discriminators with batch norm, with several ranks and micro-batches.</summary>
[TestClass]
public sealed class CodebooksTogetherTests
{
    private const int Side = 16;

    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("moving-average", 2, 1), DataRow("moving-average", 1, 2), DataRow("moving-average", 2, 2)]
    [DataRow("clustering", 2, 1), DataRow("clustering", 1, 4)]
    [DataRow("gradient", 2, 2)]
    public void Clustered_starts_averages_and_revival_are_those_of_one_process(string learning, int world, int accumulate)
    {
        string[] values = ["steps=24", $"settings.quantizer.learning={learning}", "settings.codebook.start=kmeans", "settings.codebook.free=4", "settings.codebook.window=6", "settings.codebook.revive=true"];
        Train(1, Tiny(values), "one");

        Train(world, Tiny([.. values, $"accumulate={accumulate}"]), "several");

        foreach (string name in (string[])["loss", "usage", "perplexity", "dead"])
        {
            double[] one = Numbers("one", name), several = Numbers("several", name);
            Assert.HasCount(one.Length, several);
            Assert.IsNotEmpty(one);
            double worst = one.Zip(several, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(a))).Max();
            Console.WriteLine($"{learning}, world {world}, accumulate {accumulate}: {name} differs by {worst:E1}");
            Assert.IsLessThan(1e-4, worst, name);
        }
        Assert.IsTrue(Numbers("one", "dead").Any(count => count > 0), "no code was ever dead, so none was revived");
    }

    [TestMethod]
    [DataRow(2, "gradient", "stylegan", "drawn"), DataRow(4, "gradient", "stylegan", "drawn")]
    [DataRow(2, "moving-average", "patchgan", "kmeans"), DataRow(4, "clustering", "patchgan", "kmeans")]
    public void Processes_are_as_many_micro_batches_of_one_process_to_the_bit(int count, string learning, string discriminator, string start)
    {
        string[] values = ["steps=16", $"settings.quantizer.learning={learning}", $"settings.codebook.start={start}", "settings.codebook.free=3",
            "settings.codebook.window=4", "settings.codebook.revive=true", $"settings.discriminator.kind={discriminator}", "settings.discriminator.channels=4",
            "settings.discriminator.start=2", "settings.discriminator.lecam=0.1", "settings.discriminator.lr=1e-2",
            .. discriminator == "patchgan" ? ["settings.discriminator.layers=1"] : Array.Empty<string>()];

        Train(1, Tiny([.. values, $"accumulate={count}"]), "one");
        Train(count, Tiny(values), "several");

        Assert.HasCount(14, Numbers("one", "lecam"));
        foreach (string name in (string[])["loss", "reconstruction", "commitment", "usage", "gan", "discriminator", "lecam", "gradient"])
            CollectionAssert.AreEqual(Numbers("one", name), Numbers("several", name), name);
    }

    [TestMethod]
    public void LeCam_over_micro_batches_is_that_of_one_pass()
    {
        string[] values = ["steps=8", "settings.discriminator.kind=stylegan", "settings.discriminator.channels=4", "settings.discriminator.start=0", "settings.discriminator.lecam=10"];
        Train(1, Tiny(values), "one");

        Train(1, Tiny([.. values, "accumulate=4"]), "parts");

        double[] one = Numbers("one", "lecam"), parts = Numbers("parts", "lecam");
        Assert.HasCount(8, one);
        for (int i = 0; i < one.Length; i++)
            Assert.AreEqual(one[i], parts[i], 1e-4 * one[i]);
    }

    [TestMethod]
    public void Adaptive_weight_and_LeCam_of_two_processes_are_those_of_one()
    {
        string[] values = ["steps=12", "settings.discriminator.kind=stylegan", "settings.discriminator.channels=4", "settings.discriminator.start=2",
            "settings.discriminator.adaptive=true", "settings.discriminator.lecam=0.1", "settings.discriminator.lr=1e-3"];
        Train(1, Tiny(values), "one");

        Train(2, Tiny(values), "several");

        foreach (string name in (string[])["reconstruction", "gan-balance", "lecam"])
        {
            double[] one = Numbers("one", name), several = Numbers("several", name);
            Assert.AreEqual(name == "reconstruction" ? 12 : 10, one.Count(value => value > 0));
            double worst = one.Zip(several, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max();
            Console.WriteLine($"{name} differs by {worst:E1}");
            Assert.IsLessThan(1e-4, worst, name);
        }
    }

    [TestMethod]
    public void What_a_discriminator_remembers_stays_the_same_at_all_ranks()
        => Train(2, Tiny("steps=6", "every.compare=1", "settings.discriminator.kind=patchgan", "settings.discriminator.start=0", "settings.discriminator.lecam=0.01", "settings.discriminator.channels=4", "settings.discriminator.layers=1"), "run");

    [TestMethod]
    public void A_window_of_usage_survives_an_interruption()
    {
        string[] values = ["steps=18", "settings.quantizer.learning=moving-average", "settings.codebook.window=6", "settings.codebook.revive=true"];
        Train(2, Tiny(values), "whole");

        using (var stop = new CancellationTokenSource())
            Train(2, Tiny(values), "parts", step => { if (step == 9) stop.Cancel(); }, stop.Token);
        Train(2, Tiny(values), "parts");

        CollectionAssert.AreEqual(Numbers("whole", "loss"), Numbers("parts", "loss"));
        CollectionAssert.AreEqual(Numbers("whole", "perplexity"), Numbers("parts", "perplexity"));
    }

    private static Recipe Tiny(params string[] values) => Recipe.Parse($$"""
        {
          "name": "grid", "task": "llamagen-tokenizer", "seed": 4, "batch": 4, "average": 0.9,
          "optimizer": { "lr": 4e-3 }, "schedule": { "shape": "cosine", "warmup": 3, "floor": 0.1 },
          "every": { "log": 1, "validate": 0, "save": 0, "sheet": 0, "compare": 5 },
          "settings": {
            "side": {{Side}}, "network": { "channels": 8, "encoderMultipliers": [1, 1, 2], "blocks": 1, "groups": 4, "latentChannels": 8, "attention": false },
            "quantizer": { "kind": "vq", "codes": 64, "dimension": 4, "normalize": false },
            "losses": { "perceptual": "none" }, "discriminator": { "kind": "none" } }
        }
        """, values);

    private void Train(int world, Recipe recipe, string name, Action<long>? onBatch = null, CancellationToken stop = default)
    {
        if (world == 1)
            Train(SingleProcess.Instance, recipe, name, onBatch, stop);
        else
            Together.Run(world, collective => Train(collective, recipe, collective.Rank == 0 ? name : $"{name}-{collective.Rank}", onBatch, stop));
    }

    private void Train(ICollective collective, Recipe recipe, string name, Action<long>? onBatch, CancellationToken stop)
    {
        var settings = (LlamaGenSettings)recipe.Settings;
        using var task = new LlamaGenTask(recipe, settings, LlamaGenStart.Network(recipe, settings, CPU), null, LlamaGenStart.Adversary(recipe, settings, CPU), Batch, null, collective, CPU);
        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(Path.Combine(_folder, name), recipe, stop) with { Collective = collective }, task).Run();
        Assert.AreNotEqual(TrainingEnd.Diverged, outcome.End);

        TrainingBatch Batch(long step)
        {
            onBatch?.Invoke(step);
            using var generator = new Generator((ulong)step + 10, CPU);
            Tensor noise = randint(0, 256, [recipe.Batch, 3, Side / 4, Side / 4], ScalarType.Float32, generator: generator);
            using Tensor large = nn.functional.interpolate(noise, [Side, Side], mode: InterpolationMode.Bilinear, align_corners: false);
            noise.Dispose();
            return new TrainingBatch(step, recipe.Batch, new Dictionary<string, Tensor> { ["pictures"] = large.to(ScalarType.Byte) });
        }
    }

    private double[] Numbers(string run, string name) =>
    [
        .. File.ReadLines(Path.Combine(_folder, run, "log.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["kind"] == "train" && line[name] is not null).Select(line => (double)line[name]!),
    ];
}
