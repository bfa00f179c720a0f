using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Training.LlamaGen;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using static Vtok.Training.Tests.LlamaGen.TinyGrid;

namespace Vtok.Training.Tests.LlamaGen;

/// <summary>Runs against a StyleGAN discriminator.</summary>
[TestClass]
public sealed class StyleDiscriminatorRunTests
{
    private static readonly string[] Style =
    [
        "settings.discriminator.kind=stylegan", "settings.discriminator.channels=16", "settings.discriminator.start=2", "settings.discriminator.r1=1",
        "settings.discriminator.r1Every=2", "settings.discriminator.lr=1e-3", "every.log=1",
    ];

    private readonly string _folder = TestRuns.Folder();
    private readonly List<string> _said = [];

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("hinge", "hinge")]
    [DataRow("vanilla", "non-saturating")]
    public void All_terms_are_logged_and_finite_and_the_discriminator_learns(string loss, string generatorLoss)
    {
        JsonNode[] lines = Train("run", "steps=12", $"settings.discriminator.loss={loss}", $"settings.discriminator.generatorLoss={generatorLoss}",
            "settings.discriminator.lecam=0.001", "settings.discriminator.adaptive=true");

        string[] always = ["loss", "reconstruction", "gan", "gan-balanced", "gan-balance", "discriminator", "lecam", "logits-real", "logits-fake"];
        foreach (JsonNode line in lines.Skip(2)) // from the start step on
            foreach (string name in line["step"]!.GetValue<int>() % 2 == 1 ? [.. always, "r1"] : always) // the line of step n is of the step that n - 1 steps went before
                Assert.IsTrue(double.IsFinite((double)line[name]!), $"{name} after step {line["step"]}");
        Assert.AreNotEqual((double)lines[2]["logits-real"]!, (double)lines[^1]["logits-real"]!);
        if (OperatingSystem.IsLinux()) // where memory can be measured
            CollectionAssert.AreEqual((string[])["memory in the first step", "memory in the discriminator's first step"],
                _said.Where(line => line.StartsWith("memory in", StringComparison.Ordinal)).Select(line => line.Split(':')[0]).ToArray());
    }

    [TestMethod]
    public void A_run_killed_while_it_learns_goes_on_to_the_same_bits()
    {
        Recipe recipe = Recipe(["steps=8", "every.save=4", "settings.discriminator.lecam=0.001"]);
        TrainingRun whole = TestRuns.Run(Path.Combine(_folder, "whole"), recipe), killed = TestRuns.Run(Path.Combine(_folder, "killed"), recipe);
        using (LlamaGenTask task = Create(recipe))
            new TrainingLoop(whole, task).Run();
        using (LlamaGenTask task = Create(recipe, step => step == 6 ? throw new IOException("killed") : Pictures(recipe)(step)))
            Assert.ThrowsExactly<IOException>(() => new TrainingLoop(killed, task).Run());
        using LlamaGenTask resumed = Create(recipe);

        TrainingOutcome outcome = new TrainingLoop(killed, resumed).Run();

        Assert.AreEqual(8, outcome.Step);
        CollectionAssert.AreEqual(Newest(whole), Newest(killed));
    }

    [TestMethod]
    public void Micro_batches_give_the_losses_of_the_whole_batch()
    {
        string[] recipe = ["steps=8", "settings.discriminator.lecam=0", "settings.discriminator.adaptive=false"];

        JsonNode[] whole = Train("whole", recipe), parts = Train("parts", [.. recipe, "accumulate=2"]);

        Assert.HasCount(whole.Length, parts);
        for (int i = 0; i < whole.Length; i++)
            foreach (string name in (string[])["loss", "reconstruction", "gan", "discriminator", "r1"])
                if (whole[i][name] is { } expected)
                    Assert.AreEqual((double)expected, (double)parts[i][name]!, 1e-4 * Math.Abs((double)expected), $"{name} of line {i}");
    }

    [TestMethod]
    public void A_side_that_is_no_power_of_two_is_refused()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe(["settings.side=24"]));

        StringAssert.Contains(error.Message, "settings.side: the StyleGAN discriminator wants a power of two");
    }

    private static Recipe Recipe(string[] overrides) => Tiny("vq", "gradient", true, [.. Style, .. overrides]);

    private JsonNode[] Train(string name, params string[] overrides)
    {
        Recipe recipe = Recipe(overrides);
        string folder = Path.Combine(_folder, name);
        using (LlamaGenTask task = Create(recipe))
            Assert.AreEqual(TrainingEnd.Finished, new TrainingLoop(TestRuns.Run(folder, recipe) with { Say = _said.Add }, task).Run().End);
        return [.. File.ReadLines(Path.Combine(folder, "log.jsonl")).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["kind"] == "train")];
    }
}
