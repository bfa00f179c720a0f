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
    public void A_flipped_bit_is_named_and_the_checkpoint_before_it_goes_on()
    {
        Train();
        Flip(Checkpoints()[^1]);
        List<string> said = [];

        Train(said.Add, "steps=32");

        StringAssert.StartsWith(said[0], "passed over a damaged checkpoint: step-000000030.safetensors: its bytes are not those that were written");
        StringAssert.StartsWith(said[1], "going on after step 25");
    }

    [TestMethod]
    public void A_damaged_checkpoint_does_not_take_the_place_of_a_whole_one()
    {
        Train();
        Flip(Checkpoints()[^1]);

        Train("steps=32", "every.save=7");

        string[] expected = ["step-000000028.safetensors", "step-000000030.safetensors.damaged", "step-000000032.safetensors"];
        CollectionAssert.AreEqual(expected, Checkpoints().Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void Where_no_checkpoint_is_whole_nothing_begins_anew_over_what_there_is()
    {
        Train();
        foreach (string checkpoint in Checkpoints())
            Flip(checkpoint);
        string log = File.ReadAllText(Path.Combine(_folder, "log.jsonl"));

        for (int i = 0; i < 2; i++)
        {
            var error = Assert.ThrowsExactly<CheckpointException>(() => Train());

            StringAssert.Contains(error.Message, "none of the 2 checkpoints is whole");
        }
        Assert.AreEqual(log, File.ReadAllText(Path.Combine(_folder, "log.jsonl")));
    }

    [TestMethod]
    public void Checkpoints_without_a_check_stay_readable()
    {
        Train();
        string newest = Checkpoints()[^1];
        using (TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope())
        using (SafetensorsFile file = SafetensorsFile.Open(newest))
            SafetensorsWriter.Write(newest, file.Entries.Keys.ToDictionary(name => name, name => file[name]),
                file.Metadata.Where(pair => pair.Key != SafetensorsCheck.Name).ToDictionary());
        List<string> said = [];

        Train(said.Add, "steps=31");

        StringAssert.StartsWith(said[0], "going on after step 30");
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
    public void A_run_folder_that_was_removed_is_told_at_the_next_checkpoint_which_goes_on()
    {
        using var task = new TinyTask
        {
            OnStep = step =>
            {
                if (step == 7)
                    Directory.Delete(_folder, recursive: true);
            },
        };
        List<string> said = [];

        var error = Assert.ThrowsExactly<CheckpointException>(() => new TrainingLoop(TestRuns.Run(_folder, TestRuns.Recipe("steps=20")), task).Run());
        Train(said.Add, "steps=20");

        Assert.AreEqual(CheckpointError.CannotWrite, error.Error);
        StringAssert.Contains(error.Message, "was removed or moved while it trained; step 10 is saved there");
        StringAssert.Contains(said[0], "going on after step 10");
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

    private void Train(params string[] overrides) => Train(null, overrides);

    private void Train(Action<string>? say, params string[] overrides)
    {
        using var task = new TinyTask();
        new TrainingLoop(TestRuns.Run(_folder, TestRuns.Recipe(["steps=30", .. overrides])) with { Say = say }, task).Run();
    }

    private static void Flip(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^9] ^= 4;
        File.WriteAllBytes(path, bytes);
    }

    private string[] Checkpoints() => [.. Directory.GetFiles(Path.Combine(_folder, "checkpoints")).Order(StringComparer.Ordinal)];
}
