using System.Text.Json.Nodes;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class TrainingCheckpointTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow(2, 0, new[] { 25, 30 })]
    [DataRow(1, 0, new[] { 30 })]
    [DataRow(2, 10, new[] { 10, 20, 25, 30 })]
    [DataRow(1, 15, new[] { 15, 30 })]
    public void The_newest_and_every_mth_stay(int last, int every, int[] expected)
    {
        Train($"keep.last={last}", $"keep.every={every}");

        int[] steps = [.. Checkpoints().Select(path => int.Parse(Path.GetFileNameWithoutExtension(path)["step-".Length..], null))];
        CollectionAssert.AreEqual(expected, steps);
    }

    [TestMethod]
    public void A_checkpoint_names_the_code_that_made_it()
    {
        Train();

        using SafetensorsFile file = SafetensorsFile.Open(Checkpoints()[^1]);
        StringAssert.StartsWith(file.Metadata["code"], "0.");
    }

    [TestMethod]
    public void What_a_killed_run_left_half_written_is_removed_at_the_next_start()
    {
        Train();
        string leftover = Path.Combine(_folder, "checkpoints", "step-000000031.safetensors.0f.tmp"), another = Path.Combine(_folder, "best.safetensors.1f.tmp");
        File.WriteAllText(leftover, "half");
        File.WriteAllText(another, "half");

        Train();

        Assert.IsFalse(File.Exists(leftover) || File.Exists(another));
    }

    [TestMethod]
    public void A_damaged_checkpoint_of_a_later_step_does_not_take_the_place_of_the_one_just_saved()
    {
        Train();
        File.WriteAllText(Checkpoints()[^1], "cut");
        File.Delete(Checkpoints()[0]);

        Train("steps=20", "keep.last=1");

        SafetensorsFile.Open(Path.Combine(_folder, "checkpoints", "step-000000020.safetensors")).Dispose();
    }

    [TestMethod]
    public void A_recipe_whose_new_keys_stand_at_their_defaults_is_the_same_recipe()
    {
        Recipe recipe = TestRuns.Recipe();
        JsonObject older = JsonNode.Parse(recipe.Json)!.AsObject();
        older.Remove("keep");

        Assert.IsTrue(recipe.Says(older.ToJsonString()));
        Assert.IsFalse(TestRuns.Recipe("keep.last=3").Says(older.ToJsonString()));
        Assert.IsFalse(recipe.Says("{}"));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_leaves_earlier_checkpoints_and_says_so()
    {
        Train("steps=10");
        string[] before = Checkpoints();
        using var task = new TinyTask
        {
            OnStep = step =>
            {
                if (step == 12)
                    Directory.CreateDirectory(Path.Combine(_folder, "checkpoints", "step-000000015.safetensors")); // no file can take this name
            },
        };

        var error = Assert.ThrowsExactly<CheckpointException>(() => new TrainingLoop(TestRuns.Run(_folder, TestRuns.Recipe("steps=20")), task).Run());

        Assert.AreEqual(CheckpointError.CannotWrite, error.Error);
        StringAssert.Contains(error.Message, "earlier checkpoints are as they were");
        CollectionAssert.AreEqual(before, Checkpoints());
        Assert.IsEmpty(Directory.GetFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    private void Train(params string[] overrides)
    {
        using var task = new TinyTask();
        new TrainingLoop(TestRuns.Run(_folder, TestRuns.Recipe(["steps=30", .. overrides])), task).Run();
    }

    private string[] Checkpoints() => [.. Directory.GetFiles(Path.Combine(_folder, "checkpoints")).Order(StringComparer.Ordinal)];
}
