using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Models;
using Vtok.Models.Perceptual;
using Vtok.Models.Weights;
using Vtok.Training.LlamaGen;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;
using static Vtok.Training.Tests.LlamaGen.TinyGrid;

namespace Vtok.Training.Tests.LlamaGen;

/// <summary>Grid tokenizers on synthetic pictures, as small as they go.</summary>
[TestClass]
public sealed class LlamaGenTaskTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("vq", "gradient", true)]
    [DataRow("vq", "gradient", false)]
    [DataRow("vq", "moving-average", true)]
    [DataRow("vq", "moving-average", false)]
    [DataRow("vq", "clustering", false)]
    [DataRow("vq", "soft", true)]
    [DataRow("residual", "gradient", false)]
    [DataRow("residual", "moving-average", false)]
    [DataRow("fsq", "", false)]
    public void Every_quantizer_learns_the_pictures_and_leaves_a_model_that_opens_and_decodes(string kind, string learning, bool normalize)
    {
        Recipe recipe = Tiny(kind, learning, normalize,
            ["steps=80", "every.log=10", .. learning.Length > 0 ? new[] { "settings.codebook.start=kmeans", "settings.codebook.free=40" } : []]);
        using LlamaGenTask task = Create(recipe);

        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        Assert.AreEqual(TrainingEnd.Finished, outcome.End);
        Assert.IsLessThan(0.7 * Numbers("reconstruction")[0], Numbers("reconstruction")[^1]);
        AssertOpens(recipe);
    }

    [TestMethod]
    [DataRow("lfq")]
    [DataRow("bsq")]
    public void Bits_leave_a_model_that_opens_and_decodes(string kind)
    {
        Recipe recipe = Tiny(kind, "", false, "steps=4");
        using LlamaGenTask task = Create(recipe);

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        AssertOpens(recipe);
    }

    private void AssertOpens(Recipe recipe)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(_folder, "model"));
        using Tensor held = Held();
        Tensor ids = model.Encode(held.to(ScalarType.Float32) / 255);
        CollectionAssert.AreEqual(new long[] { 2, 16 }, ids.shape);
        Assert.AreEqual(((LlamaGenSettings)recipe.Settings).Network.Vocabulary, model.Info.Vocabulary.SizeAt(0));
        CollectionAssert.AreEqual(new long[] { 2, 3, Side, Side }, model.Decode(ids).shape);
    }

    [TestMethod]
    public void A_clustered_start_with_revival_ends_with_more_codes_in_use_than_a_drawn_one()
    {
        Recipe drawn = Tiny("vq", "moving-average", false, "steps=60", "every.log=60", "settings.codebook.window=20", "settings.quantizer.codes=64");
        Recipe kept = Tiny("vq", "moving-average", false, "steps=60", "every.log=60", "settings.codebook.window=20", "settings.quantizer.codes=64",
            "settings.codebook.start=kmeans", "settings.codebook.free=10", "settings.codebook.revive=true");
        string first = Path.Combine(_folder, "drawn"), second = Path.Combine(_folder, "kept");

        foreach ((string folder, Recipe recipe) in new[] { (first, drawn), (second, kept) })
        {
            using LlamaGenTask task = Create(recipe);
            new TrainingLoop(TestRuns.Run(folder, recipe), task).Run();
        }

        Assert.IsGreaterThan(2 * Numbers("heldOutPerplexity", first, "validate")[^1], Numbers("heldOutPerplexity", second, "validate")[^1]);
        Assert.IsGreaterThan(0.4, Numbers("usage", second)[^1]);
    }

    [TestMethod]
    public void The_untrained_network_is_measured_as_step_0()
    {
        Recipe recipe = Tiny("fsq", "", false, "steps=2", "every.validateFirst=true");
        using LlamaGenTask task = Create(recipe);

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        double[] steps = Numbers("step", null, "validate");
        CollectionAssert.AreEqual((double[])[0, 2], steps);
    }

    [TestMethod]
    [DataRow(2)] // while features are gathered
    [DataRow(7)] // within a window of usage
    public void A_run_killed_while_codebook_and_discriminator_learn_goes_on_to_the_same_bits(int save)
    {
        Recipe recipe = Tiny("vq", "moving-average", false, "steps=12", $"every.save={save}", "settings.codebook.start=kmeans", "settings.codebook.free=4",
            "settings.codebook.gather=3", "settings.codebook.window=4", "settings.codebook.revive=true", "settings.discriminator.kind=patchgan",
            "settings.discriminator.channels=4", "settings.discriminator.layers=1", "settings.discriminator.start=3", "settings.discriminator.adaptive=true");
        TrainingRun whole = TestRuns.Run(Path.Combine(_folder, "whole"), recipe), killed = TestRuns.Run(Path.Combine(_folder, "killed"), recipe);
        using (LlamaGenTask task = Create(recipe))
            new TrainingLoop(whole, task).Run();
        using (LlamaGenTask task = Create(recipe, step => step == save + 2 ? throw new IOException("killed") : Pictures(recipe)(step)))
            Assert.ThrowsExactly<IOException>(() => new TrainingLoop(killed, task).Run());
        using LlamaGenTask resumed = Create(recipe);

        TrainingOutcome outcome = new TrainingLoop(killed, resumed).Run();

        Assert.AreEqual(12, outcome.Step);
        CollectionAssert.AreEqual(Newest(whole), Newest(killed));
    }

    [TestMethod]
    public void Training_the_decoder_alone_changes_no_token()
    {
        Recipe first = Tiny("vq", "moving-average", false, "steps=20");
        using (LlamaGenTask task = Create(first))
            new TrainingLoop(TestRuns.Run(Path.Combine(_folder, "first"), first), task).Run();
        string start = Path.Combine(_folder, "first", "model");
        Recipe second = Tiny("vq", "moving-average", false, "steps=20", $"settings.startFrom={start}", "settings.decoderOnly=true", "seed=9", "settings.codebook.window=5",
            "every.log=10");
        using (LlamaGenTask task = Create(second))
            new TrainingLoop(TestRuns.Run(Path.Combine(_folder, "second"), second), task).Run();
        using DisposeScope scope = NewDisposeScope();
        using ITokenizerModel before = ModelFolder.Open(start), after = ModelFolder.Open(Path.Combine(_folder, "second", "model"));
        using Tensor bytes = Pictures(first)(999)["pictures"];
        Tensor pictures = bytes.to(ScalarType.Float32) / 255;

        Tensor ids = before.Encode(pictures);

        Assert.IsTrue(ids.Equals(after.Encode(pictures)));
        Assert.IsFalse(before.Decode(ids).Equals(after.Decode(ids)), "the decoder did not learn");
        Assert.DoesNotContain("\"usage\"", File.ReadAllText(Path.Combine(_folder, "second", "log.jsonl")), "steps that look no codes up have no usage");
    }

    [TestMethod]
    public void Two_hundred_steps_leave_no_tensor_behind()
    {
        Recipe recipe = Tiny("vq", "moving-average", false, "settings.codebook.start=kmeans", "settings.codebook.free=2", "settings.codebook.window=7",
            "settings.codebook.revive=true", "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4", "settings.discriminator.layers=1",
            "settings.discriminator.start=0", "batch=1");
        using LlamaGenTask task = Create(recipe);

        (long before, long after) = TestRuns.LiveTensors(task, recipe, first: 9, last: 209);

        Assert.AreEqual(before, after);
    }

    [TestMethod]
    public void Dropout_of_LPIPS_is_drawn_for_each_place_of_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        string[] lpips = ["settings.losses.perceptual=lpips"];
        using LlamaGenTask plain = Create(Tiny("vq", "gradient", true, lpips), distance: Lpips());
        using LlamaGenTask dropping = Create(Tiny("vq", "gradient", true, [.. lpips, "settings.losses.perceptualDropout=true"]), distance: Lpips());
        using TrainingBatch batch = plain.MakeBatch(3);
        static float Perceptual(LlamaGenTask task, TrainingBatch batch) => task.Losses(batch).Single(term => term.Name == "perceptual").Value.item<float>();

        float whole = Perceptual(dropping, batch);

        Assert.AreEqual(whole, (Perceptual(dropping, batch.Part(0, 2)) + Perceptual(dropping, batch.Part(1, 2))) / 2, 1e-6);
        Assert.AreNotEqual(whole, Perceptual(plain, batch));
        Assert.AreNotEqual(whole, Perceptual(dropping, batch with { Step = 4 }));
    }

    [TestMethod]
    public void A_recipe_is_made_one_without_discriminator_by_its_kind_alone()
    {
        Recipe recipe = Recipe.Load(Path.Combine(Repository.Root, "trainers", "recipes", "llamagen", "vq-16-one-card.json"), ["settings.discriminator.kind=none"]);

        Assert.IsNull(((LlamaGenSettings)recipe.Settings).Adversarial);
    }

    private static PictureDistance Lpips()
    {
        var mixture = new PerceptualMixture(new PerceptualMixtureConfig(1, null), lpipsWidths: [4, 4, 6, 6, 6]);
        using IDisposable quiet = no_grad();
        using var generator = new Generator(5);
        foreach (TorchSharp.Modules.Parameter parameter in mixture.parameters())
            parameter.uniform_(0, 0.4, generator);
        return PictureDistance.Of(mixture);
    }

    [TestMethod]
    [DataRow("vq", "settings.losses.perceptualDropout=true", "only LPIPS has dropout")]
    [DataRow("residual", "settings.quantizer.depth=7", "32^7")]
    [DataRow("residual", "settings.quantizer.normalize=true", "normalised")]
    [DataRow("fsq", "settings.codebook.revive=true", "no codebook")]
    [DataRow("fsq", "settings.quantizer.levels=[1000,1000,1000]", "at most 16777216")]
    [DataRow("lfq", "settings.quantizer.bits=25", "at most 16777216")]
    [DataRow("vq", "settings.decoderOnly=true", "startFrom")]
    [DataRow("vq", "settings.codebook.revive=true settings.decoderOnly=true settings.startFrom=model", "leaves the codes")]
    [DataRow("vq", "settings.discriminator.kind=patchgan", "looks at pictures of 24 pixels or more, found a side of 16")]
    [DataRow("vq", "settings.holdOut=1", "hold every picture out")]
    [DataRow("vq", "settings.side=18", "multiple of the 4 pixels")]
    public void What_cannot_work_is_refused_by_name(string kind, string value, string words)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Tiny(kind, "gradient", false, value.Split(' ')));

        StringAssert.Contains(error.Message, words);
    }

    [TestMethod]
    public void The_rate_of_the_discriminator_falls_to_its_floor_at_the_end_of_the_run()
    {
        Recipe recipe = Tiny("fsq", "", false, "steps=100", "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4",
            "settings.discriminator.layers=1", "settings.discriminator.start=60", "settings.discriminator.lr=1e-3");
        using LlamaGenTask task = Create(recipe);

        double[] rates = [.. new long[] { 60, 63, 99, 100 }.Select(task.Opponent!.LearningRateAt)];

        Assert.AreEqual(0, rates[0]);
        Assert.AreEqual(1e-3, rates[1], 1e-9);
        Assert.AreEqual(1e-4, rates[2], 1e-5);
        Assert.AreEqual(1e-4, rates[3], 1e-9);
    }

    [TestMethod]
    public void Ids_of_many_books_are_counted_by_those_in_use()
    {
        Recipe recipe = Tiny("residual", "gradient", false, "steps=2", "settings.quantizer.depth=6"); // 2^30 ids
        using LlamaGenTask task = Create(recipe);

        IReadOnlyDictionary<string, double> values = task.Validate()!.Values;

        Assert.IsInRange(1, 32, values["heldOutPerplexity"]); // of 2 pictures of 16 tokens
        Assert.IsInRange(1 / 1073741824.0, 32 / 1073741824.0, values["heldOutUsage"]);
    }

    [TestMethod]
    public void Every_recipe_of_the_family_is_read()
    {
        string[] names = [.. Directory.GetFiles(Path.Combine(Repository.Root, "trainers", "recipes", "llamagen"), "*.json").Select(file => Recipe.Load(file).Name)];

        Assert.IsNotEmpty(names);
        CollectionAssert.AllItemsAreUnique(names);
    }

    private double[] Numbers(string name, string? folder = null, string kind = "train") =>
    [
        .. File.ReadAllLines(Path.Combine(folder ?? _folder, "log.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["kind"] == kind && line[name] is not null).Select(line => (double)line[name]!),
    ];
}
