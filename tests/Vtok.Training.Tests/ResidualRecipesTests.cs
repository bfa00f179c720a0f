using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Models.Residual;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Tests;

/// <summary>Both stages of the residual tokenizer from picture files to a model folder, as small as they go.</summary>
[TestClass]
public sealed class ResidualRecipesTests
{
    private static readonly string Root = TestRuns.Folder();
    private static readonly string Pictures = Path.Combine(Root, "pictures");
    private static readonly string Books = Path.Combine(Root, "books");

    [ClassInitialize]
    public static void FitBooks(TestContext _)
    {
        Directory.CreateDirectory(Pictures);
        var codec = new VipsImageCodec();
        for (int i = 0; i < 12; i++)
            File.WriteAllBytes(Path.Combine(Pictures, $"{i:D2}.png"), codec.Encode(Blobs(i), ImageFormat.Png));
        Recipe recipe = Recipe.Parse("""
            { "name": "books", "task": "residual-fit", "settings": { "codes": 8, "views": 1, "samples": 400, "rounds": 1, "reselect": false } }
            """);

        TrainingOutcome outcome = recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Folder = Books });

        Assert.AreEqual(TrainingEnd.Finished, outcome.End);
    }

    [ClassCleanup]
    public static void Remove() => Directory.Delete(Root, recursive: true);

    [TestMethod]
    public void A_fit_leaves_a_model_that_opens_and_decodes_linearly()
    {
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(Books, "model"));

        CollectionAssert.AreEqual((string[])[ResidualTokenizer.LinearLook], ((ResidualTokenizer)model).Looks.ToArray());
    }

    [TestMethod]
    public void A_trained_head_lies_beside_the_books_and_a_killed_run_ends_in_the_same_head()
    {
        string whole = Path.Combine(Root, "whole"), halves = Path.Combine(Root, "halves");
        Refine(whole, 6, null);
        Refine(halves, 6, maxSeconds: 0);

        TrainingOutcome outcome = Refine(halves, 6, null);

        Assert.AreEqual(6, outcome.Step);
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(whole, "model"));
        CollectionAssert.AreEqual((string[])["faithful", "linear"], ((ResidualTokenizer)model).Looks.ToArray());
        CollectionAssert.AreEqual(
            File.ReadAllBytes(Path.Combine(whole, "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(halves, "model", "model.safetensors")));
        Assert.HasCount(1, Directory.GetFiles(Path.Combine(whole, "sheets"), "*.png"));
    }

    [TestMethod]
    [DataRow(true), DataRow(false)]
    public void A_vivid_head_is_trained_against_a_discriminator_and_an_interrupted_run_ends_in_the_same_head(bool adaptive)
    {
        string whole = Path.Combine(Root, $"vivid-{adaptive}"), halves = Path.Combine(Root, $"vivid-halves-{adaptive}");
        Recipe recipe = Recipe.Parse(RefineJson, ["steps=6", "every.log=1", "settings.look=vivid", $"settings.model={Path.Combine(Books, "model")}",
            $"settings.perceptualModel={Path.Combine(Repository.Root, "checkpoints", "perceptual-mobilenetv2")}",
            "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4", "settings.discriminator.layers=2", $"settings.discriminator.adaptive={(adaptive ? "true" : "false")}"]);
        var run = new TrainingRun { Recipe = recipe, Data = Pictures, Folder = whole };
        recipe.Kind.Run(run);
        using var stop = new CancellationTokenSource();
        TrainingOutcome first = recipe.Kind.Run(run with { Folder = halves, Stop = stop.Token, Progress = progress => { if (progress.Step == 3) stop.Cancel(); } });

        TrainingOutcome second = recipe.Kind.Run(run with { Folder = halves });

        Assert.AreEqual(3, first.Step);
        Assert.AreEqual(6, second.Step);
        CollectionAssert.AreEqual(
            File.ReadAllBytes(Path.Combine(whole, "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(halves, "model", "model.safetensors")));
        foreach (string line in File.ReadLines(Path.Combine(whole, "log.jsonl")).Where(line => line.Contains("\"train\"", StringComparison.Ordinal)))
            foreach (string term in (string[])["mbp", "gan", "discriminator", "lecam", .. adaptive ? ["gan-balance", "gan-balanced"] : Array.Empty<string>()])
                Assert.IsTrue(double.IsFinite((double)JsonNode.Parse(line)![term]!), term);
    }

    [TestMethod]
    [DataRow("fp32"), DataRow("bf16")]
    public void Blocks_computed_again_give_the_same_losses_beside_an_adaptive_discriminator(string precision)
    {
        string[] recipe = ["steps=3", "every.log=1", $"precision={precision}", "settings.look=vivid", $"settings.model={Path.Combine(Books, "model")}",
            $"settings.cache={Path.Combine(Root, "again-cache")}", $"settings.perceptualModel={Path.Combine(Repository.Root, "checkpoints", "perceptual-mobilenetv2")}",
            "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4", "settings.discriminator.layers=2", "settings.discriminator.adaptive=true"];
        double[][] losses = [.. new[] { "false", "true" }.Select(again =>
        {
            Recipe chosen = Recipe.Parse(RefineJson, [.. recipe, $"settings.checkpointing={again}"]);
            string folder = Path.Combine(Root, $"again-{precision}-{again}");
            chosen.Kind.Run(new TrainingRun { Recipe = chosen, Data = Pictures, Folder = folder });
            return File.ReadLines(Path.Combine(folder, "log.jsonl")).Where(line => line.Contains("\"train\"", StringComparison.Ordinal))
                .Select(line => (double)JsonNode.Parse(line)!["loss"]!).ToArray();
        })];

        Assert.HasCount(3, losses[0]);
        for (int step = 0; step < losses[0].Length; step++)
            Assert.AreEqual(losses[0][step], losses[1][step], 1e-6 * losses[0][step]);
    }

    [TestMethod]
    public void A_faithful_head_with_a_discriminator_is_refused()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(RefineJson, ["settings.model=m", "settings.discriminator.kind=patchgan"]));

        StringAssert.Contains(error.Message, "settings.discriminator.kind");
    }

    [TestMethod]
    public void A_discriminator_too_deep_for_what_it_is_shown_of_a_window_is_refused()
    {
        string[] recipe = ["settings.model=m", "settings.look=vivid", "settings.window=96", "settings.gridPeriods=[16,32]", "settings.discriminator.kind=patchgan"];

        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(RefineJson, [.. recipe, "settings.discriminator.layers=5"]));
        _ = Recipe.Parse(RefineJson, [.. recipe, "settings.discriminator.layers=4"]);

        StringAssert.Contains(error.Message, "settings.discriminator.layers");
    }

    [TestMethod]
    public void The_rate_of_a_discriminator_that_starts_late_falls_over_its_own_steps()
    {
        Recipe recipe = Recipe.Parse(RefineJson, ["steps=100", "schedule.warmup=0", "schedule.constant=0.5", "schedule.floor=0.01", "settings.model=m", "settings.look=vivid",
            $"settings.perceptualModel={Path.Combine(Repository.Root, "checkpoints", "perceptual-mobilenetv2")}",
            "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4", "settings.discriminator.start=60", "settings.discriminator.lr=1e-3"]);
        using torch.Tensor last = torch.ones(1);
        using VividLoss loss = VividLoss.Load(recipe, (RefinementSettings)recipe.Settings, BatchMean.Alone, last, torch.CPU);

        double[] rates = [.. new long[] { 60, 80, 90, 100 }.Select(loss.Opponent!.LearningRateAt)];

        Assert.AreEqual(1e-3, rates[0], 1e-12);
        Assert.AreEqual(1e-3, rates[1], 1e-12);
        Assert.AreEqual(0.505e-3, rates[2], 1e-12); // half way down
        Assert.AreEqual(1e-5, rates[3], 1e-12);
    }

    [TestMethod]
    public void Other_crops_in_a_shared_cache_are_encoded_anew()
    {
        string folder = Path.Combine(Root, "shared"), cache = Path.Combine(Root, "shared-cache");
        List<byte[]> tokens = [];

        foreach (int seed in (int[])[1, 2, 1])
        {
            Recipe recipe = Recipe.Parse(RefineJson, ["steps=1", "settings.crops=2", $"seed={seed}", $"settings.cache={cache}",
                $"settings.model={Path.Combine(Books, "model")}"]);
            recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Folder = Path.Combine(folder, $"{tokens.Count}") });
            tokens.Add(File.ReadAllBytes(Path.Combine(cache, "tokens.safetensors")));
        }

        CollectionAssert.AreNotEqual(tokens[0], tokens[1]);
        CollectionAssert.AreEqual(tokens[0], tokens[2]);
    }

    [TestMethod]
    public void A_run_that_is_asked_to_stop_before_its_crops_are_made_leaves_without_them()
    {
        string folder = Path.Combine(Root, "stopped");
        Recipe recipe = Recipe.Parse(RefineJson, ["steps=1", $"settings.model={Path.Combine(Books, "model")}"]);

        Assert.Throws<OperationCanceledException>(() => recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Folder = folder, Stop = new CancellationToken(true) }));

        Assert.IsEmpty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void A_model_that_is_not_there_is_told_by_its_place_in_the_recipe()
    {
        Recipe recipe = Recipe.Parse(RefineJson, ["settings.model=nowhere"]);

        var error = Assert.ThrowsExactly<CheckpointException>(() => recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Folder = Path.Combine(Root, "none") }));

        Assert.AreEqual($"settings.model=nowhere: model.safetensors: not found from {Directory.GetCurrentDirectory()}, beside the recipe or in a folder above it (name one that is there: --set settings.model=...)", error.Message);
    }

    [TestMethod]
    public void Weights_that_are_wrong_are_named_by_their_place_before_any_crop_is_made()
    {
        List<string> said = [];
        CheckpointException Fails(params string[] overrides)
        {
            Recipe recipe = Recipe.Parse(RefineJson, ["settings.look=vivid", $"settings.model={Path.Combine(Books, "model")}", .. overrides]);
            return Assert.ThrowsExactly<CheckpointException>(() => recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Folder = Path.Combine(Root, "wrong"), Say = said.Add }));
        }

        StringAssert.StartsWith(Fails($"settings.perceptualModel={Path.Combine(Books, "model")}").Message, "settings.perceptualModel=");
        StringAssert.StartsWith(Fails("settings.startFrom=faithful").Message, "settings.startFrom=faithful");
        Assert.IsEmpty(said);
    }

    [TestMethod]
    public void As_many_other_pictures_in_the_same_folder_are_not_taken_from_the_cache()
    {
        string pictures = Directory.CreateDirectory(Path.Combine(Root, "changing")).FullName, cache = Path.Combine(Root, "changing-cache");
        Recipe recipe = Recipe.Parse(RefineJson, ["steps=1", $"settings.cache={cache}", $"settings.model={Path.Combine(Books, "model")}"]);
        List<string> said = [];
        void Train(string run) => recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = pictures, Folder = Path.Combine(Root, run), Say = said.Add });
        File.Copy(Path.Combine(Pictures, "00.png"), Path.Combine(pictures, "00.png"));
        Train("changing-1");
        Train("changing-2");
        int before = said.Count(line => line.StartsWith("encoding", StringComparison.Ordinal));

        File.Delete(Path.Combine(pictures, "00.png"));
        File.Copy(Path.Combine(Pictures, "01.png"), Path.Combine(pictures, "01.png"));
        Train("changing-3");

        Assert.AreEqual(1, before);
        Assert.AreEqual(2, said.Count(line => line.StartsWith("encoding", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_task_without_data_says_which_option_is_missing()
    {
        Recipe recipe = Recipe.Parse(RefineJson, [$"settings.model={Path.Combine(Books, "model")}"]);

        var error = Assert.ThrowsExactly<RecipeException>(() => recipe.Kind.Run(new TrainingRun { Recipe = recipe, Folder = Path.Combine(Root, "none") }));

        StringAssert.Contains(error.Message, "--data");
    }

    private const string RefineJson = """
        {
          "name": "head", "task": "residual-refine", "batch": 2, "every": { "validate": 3, "save": 2 },
          "settings": { "widths": [4, 8, 8], "crops": 1, "window": 64, "validateEvery": 6, "model": "" }
        }
        """;

    private static TrainingOutcome Refine(string folder, int steps, double? maxSeconds)
    {
        Recipe recipe = Recipe.Parse(RefineJson, [$"steps={steps}", $"settings.model={Path.Combine(Books, "model")}"]);
        return recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = Pictures, Validation = Pictures, Folder = folder, MaxSeconds = maxSeconds });
    }

    /// <summary>Coloured squares at random places.</summary>
    private static RgbImage Blobs(int seed)
    {
        var draw = new RandomDraw(seed, 0, "blobs");
        var picture = new RgbImage(256, 256);
        for (int blob = 0; blob < 40; blob++)
        {
            int size = 8 + draw.Next(80), left = draw.Next(256 - size), top = draw.Next(256 - size), channel = draw.Next(3);
            byte value = (byte)draw.Next(256);
            for (int y = top; y < top + size; y++)
                for (int x = left; x < left + size; x++)
                    picture.Row(y)[x * 3 + channel] = value;
        }
        return picture;
    }
}
