using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class RecipeTests
{
    [TestMethod]
    public void All_faults_are_told_at_once_each_with_its_path()
    {
        const string json = """
            {
              "name": "x", "task": "residual-refine", "steps": -1, "batch": "many",
              "optimizer": { "lr": "fast", "betta2": 0.9 },
              "settings": { "model": "m", "look": "vvid", "widths": [64, 3.5, 7], "window": 100 }
            }
            """;

        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(json));

        Assert.AreEqual(RecipeError.Invalid, error.Error);
        string[] paths = [.. error.Faults.Select(fault => fault.Path)];
        CollectionAssert.IsSubsetOf(
            (string[])["steps", "batch", "optimizer.lr", "optimizer.betta2", "settings.look", "settings.widths[1]", "settings.widths", "settings.window"], paths);
    }

    [TestMethod]
    [DataRow("a/b/r.json", "a/b/weights/w"), DataRow("a/b/r.json", "weights/w"), DataRow("r.json", "weights/w")]
    public void Weights_are_found_beside_the_recipe_and_above_it_and_saved_by_their_full_path(string file, string weights)
    {
        string folder = TestRuns.Folder(), recipe = Path.Combine(folder, file), expected = Path.GetFullPath(Path.Combine(folder, weights));
        Directory.CreateDirectory(Path.GetDirectoryName(recipe)!);
        Directory.CreateDirectory(expected);
        File.WriteAllText(recipe, """{ "name": "x", "task": "residual-refine", "settings": { "model": "weights/w", "judge": "none" } }""");

        Recipe read = Recipe.Load(recipe), again = Recipe.Parse(read.Json);
        Directory.Delete(folder, recursive: true);

        Assert.AreEqual(expected, ((RefinementSettings)read.Settings).Model);
        Assert.AreEqual(expected, ((RefinementSettings)again.Settings).Model);
        Assert.IsNull(((RefinementSettings)read.Settings).Judge);
    }

    [TestMethod]
    [DataRow("""{"name":"x","task":"residual-refine","sceds":1,"settings":{"model":"m"}}""", "sceds", "seed")]
    [DataRow("""{"name":"x","task":"residual-refine","optimizer":{"weightdecay":0},"settings":{"model":"m"}}""", "optimizer.weightdecay", "weightDecay")]
    [DataRow("""{"name":"x","task":"residual-refine","settings":{"model":"m","gridWeigth":1}}""", "settings.gridWeigth", "gridWeight")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string json, string path, string nearest)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(json));

        Assert.AreEqual(path, error.Faults.Single().Path);
        StringAssert.Contains(error.Message, $"did you mean \"{nearest}\"?");
    }

    [TestMethod]
    [DataRow("""{"name":"x","task":"gan","settings":{"network":{"crop":32}}}""")]
    [DataRow("""{"name":"x","task":3,"settings":{"network":{"crop":32}}}""")]
    [DataRow("""{"name":"x","settings":{"network":{"crop":32}}}""")]
    public void A_task_that_is_unknown_or_missing_is_the_one_fault_since_settings_cannot_be_judged(string json)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(json));

        Assert.AreEqual("task", error.Faults.Single().Path);
    }

    [TestMethod]
    public void An_unknown_task_lists_the_known_ones()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse("""{"name":"x","task":"gan"}"""));

        StringAssert.Contains(error.Message, "residual-refine");
    }

    [TestMethod]
    public void Whole_numbers_may_be_written_as_any_number_that_is_whole()
    {
        Recipe recipe = Recipe.Parse(TestRuns.Json, ["steps=1e4", "batch=4.0"]);

        Assert.AreEqual(10_000, recipe.Steps);
        Assert.AreEqual(4, recipe.Batch);
        Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(TestRuns.Json, ["steps=1e-1"]));
    }

    [TestMethod]
    public void Overrides_win_over_the_file_and_may_be_words_numbers_or_lists()
    {
        Recipe recipe = Recipe.Parse(TestRuns.Json, ["optimizer.lr=3e-4", "settings.look=vivid", "settings.widths=[8,16,32]", "precision=bf16"]);

        Assert.AreEqual(3e-4, recipe.Optimizer.LearningRate);
        Assert.IsTrue(recipe.Bfloat16);
        StringAssert.Contains(recipe.Json, "\"look\": \"vivid\"");
        Assert.AreEqual(32, ((Vtok.Training.Tasks.RefinementSettings)recipe.Settings).Widths[2]);
    }

    [TestMethod]
    [DataRow("optimizer.lr"), DataRow("=3")]
    public void An_override_without_path_or_value_is_refused(string assignment)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(TestRuns.Json, [assignment]));

        StringAssert.Contains(error.Message, "path=value");
    }

    [TestMethod]
    public void What_is_printed_reads_back_as_the_same_recipe()
    {
        Recipe recipe = Recipe.Parse(TestRuns.Json, ["seed=7", "settings.startFrom=faithful"]);

        Recipe again = Recipe.Parse(recipe.Json);

        Assert.AreEqual(recipe.Json, again.Json);
        Assert.AreEqual(7, again.Seed);
    }

    [TestMethod]
    [DataRow("[1]"), DataRow("{"), DataRow(""), DataRow("null")]
    public void A_text_that_is_no_object_is_refused(string text)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(text));

        Assert.AreEqual(RecipeError.NotJson, error.Error);
    }

    [TestMethod]
    [DataRow("""{"name":"x","name":"y"}""")]
    [DataRow("""{"name":"x","settings":{"model":"m","model":"n"}}""")]
    public void A_key_that_is_there_twice_is_refused(string text)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse(text));

        Assert.AreEqual(RecipeError.NotJson, error.Error);
    }

    [TestMethod]
    [DataRow("llamagen-tokenizer", """{"losses":{"perceptual":5}}""", "settings.losses.perceptual", "expected a text")]
    [DataRow("titok-stage2", """{"losses":{"perceptual":5}}""", "settings.losses.perceptual", "expected a text")]
    [DataRow("titok-stage2", """{"losses":{"perceptual":"lpips-convnext_s-0-0"}}""", "settings.losses.perceptual", "is unknown")]
    [DataRow("titok-stage2", """{"discriminator":{"enabled":"no"}}""", "settings.discriminator.enabled", "expected true or false")]
    [DataRow("llamagen-tokenizer", """{"losses":{"perceptual":"none","reconstructionWeight":0}}""", "settings.losses", "nothing to learn from")]
    [DataRow("llamagen-tokenizer", """{"losses":{"perceptualWeight":0,"reconstructionWeight":0}}""", "settings.losses", "nothing to learn from")]
    [DataRow("titok-single-stage", """{"losses":{"perceptual":"none","reconstructionWeight":0}}""", "settings.losses", "nothing to learn from")]
    [DataRow("residual-fit", """{"samples":100,"codes":64}""", "settings.samples", "twice the 64 codes")]
    public void Settings_that_cannot_be_followed_are_faults_with_their_path(string task, string settings, string path, string expected)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Parse($$"""{"name":"x","task":"{{task}}","settings":{{settings}} }"""));

        Assert.AreEqual(RecipeError.Invalid, error.Error);
        StringAssert.Contains(error.Faults.Single(fault => fault.Path == path).Message, expected);
    }

    [TestMethod]
    [DataRow("lpips", "vgg")]
    [DataRow("lpips-alex", "alexnet")]
    public void The_backbone_of_a_distance_has_its_own_name(string distance, string name)
    {
        Recipe recipe = Recipe.Parse("""{"name":"x","task":"llamagen-tokenizer"}""", [$"settings.losses.perceptual={distance}", $"settings.losses.{name}=w.pth"]);

        Assert.AreEqual("w.pth", ((Vtok.Training.LlamaGen.LlamaGenSettings)recipe.Settings).Distance.Backbone);
    }

    [TestMethod]
    public void A_missing_file_is_refused_by_name()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Load("no-such-recipe.json"));

        Assert.AreEqual(RecipeError.Unreadable, error.Error);
        StringAssert.Contains(error.Message, "no-such-recipe.json");
    }

    [TestMethod]
    public void Every_recipe_that_ships_is_valid()
    {
        string folder = Path.Combine(Repository.Root, "trainers", "recipes");
        string[] files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories);

        foreach (string file in files)
            Assert.AreNotEqual("", Recipe.Load(file).Json);
        Assert.IsNotEmpty(files);
    }
}
