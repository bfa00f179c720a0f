using Vtok.Train;

namespace Vtok.Training.Tests.Commands;

[TestClass]
public sealed class TrainCommandTests
{
    [TestMethod]
    public void Pictures_that_are_decoded_first_are_told_and_change_nothing()
    {
        using var train = new TrainHarness();
        string[] few = ["steps=4", "every.log=1", "every.validate=0"];

        (int first, _, string told) = TrainHarness.Run(train.Train("ahead", few));
        (int second, _, string silent) = TrainHarness.Run(train.Train("as-they-come", [.. few, "settings.decodeFirst=false"]));

        Assert.AreEqual((0, 0), (first, second), told + silent);
        StringAssert.Contains(told, "decoding up to 12 pictures before the first step");
        StringAssert.Contains(told, "decoded 12 pictures, ");
        Assert.DoesNotContain("decoding up to", silent);
        CollectionAssert.AreEqual(Losses("as-they-come"), Losses("ahead"));

        string[] Losses(string run) => [.. File.ReadLines(Path.Combine(train[run], "log.jsonl")).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!["loss"]!.ToJsonString())];
    }

    [TestMethod]
    [DataRow("--help", 0, "")]
    [DataRow("", 2, "vtok-train: a recipe is missing")]
    [DataRow("none.json --setting a=b", 2, "vtok-train: ")]
    [DataRow("--setting", 2, "vtok-train: unknown option --setting")]
    [DataRow("--bogus none.json", 2, "vtok-train: unknown option --bogus")]
    [DataRow("none.json --threads x", 2, "vtok-train: --threads x: expected a whole number (")]
    [DataRow("none.json --patience soon", 2, "vtok-train: --patience soon: expected a number (")]
    [DataRow("none.json --transport ip", 2, "vtok-train: --transport ip: expected auto, none, tcp, mpi, nccl (")]
    [DataRow("none.json", 3, "vtok-train: none.json: is not there (")]
    [DataRow("/", 3, "vtok-train: /: is a folder, expected a recipe file")]
    [DataRow("plot", 2, "vtok-train: plot: a run folder is missing")]
    [DataRow("plot nowhere", 3, "vtok-train: nowhere: no run folder")]
    [DataRow("export nowhere", 3, "vtok-train: nowhere: no run folder")]
    public void Refusals_are_one_line_with_their_status(string line, int exitCode, string begins)
    {
        (int found, _, string errors) = TrainHarness.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.AreEqual(exitCode, found, errors);
        StringAssert.StartsWith(errors, begins);
        Assert.IsLessThanOrEqualTo(1, errors.Count(c => c == '\n'), errors);
    }

    [TestMethod]
    [DataRow("--device tpu", 2), DataRow("--device cuda:x", 2), DataRow("--threads 0", 2), DataRow("--max-seconds -1", 2)]
    [DataRow("--threads 1025", 2), DataRow("--patience 0", 2), DataRow("--patience 1e20", 2)]
    [DataRow("--data nowhere", 3), DataRow("--set settings.network.tokens=0", 2), DataRow("--set steps", 2)]
    public void What_no_run_can_follow_is_refused_after_the_recipe_with_one_line(string option, int exitCode)
    {
        using var train = new TrainHarness();

        (int found, _, string errors) = TrainHarness.Run([TrainHarness.Tiny, "--out", train["run"], .. option.Split(' ')]);

        Assert.AreEqual(exitCode, found, errors);
        Assert.AreEqual(1, errors.Split('\n').Count(line => line.StartsWith("vtok-train: ", StringComparison.Ordinal)), errors);
    }

    [TestMethod]
    public void A_file_that_is_too_long_for_a_recipe_is_not_read()
    {
        using var train = new TrainHarness();
        string shard = train["shard.tar"];
        using (FileStream file = File.Create(shard))
            file.SetLength(1L << 40); // without a byte on the disk

        (int exitCode, _, string errors) = TrainHarness.Run(shard);

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.StartsWith(errors, $"vtok-train: {shard}: 1099511627776 bytes, and recipes have at most");
    }

    [TestMethod]
    [DataRow("--data"), DataRow("--validation")]
    public void A_run_folder_among_the_pictures_is_refused_before_anything_is_written(string option)
    {
        using var train = new TrainHarness();
        string pictures = Directory.CreateDirectory(train["pictures"]).FullName, run = Path.Combine(pictures, "run");

        (int exitCode, _, string errors) = TrainHarness.Run([TrainHarness.Tiny, option, pictures, "--out", run]);

        Assert.AreEqual(2, exitCode, errors);
        StringAssert.Contains(errors, $"vtok-train: {run}: lies in the folder of pictures");
        Assert.IsFalse(Directory.Exists(run));
    }

    [TestMethod]
    [DataRow("", "--dry-run")]
    [DataRow("recipe.json", "--data", "")]
    public void An_empty_argument_is_a_usage_error(params string[] args)
    {
        (int exitCode, _, string errors) = TrainHarness.Run(args);

        Assert.AreEqual(2, exitCode, errors);
        StringAssert.StartsWith(errors, "vtok-train: an argument is empty");
    }

    [TestMethod]
    [DataRow("", "is empty, expected a JSON object")]
    [DataRow("{ \"name\": \"a\", \"name\": \"b\" }", "not proper JSON: Duplicate property 'name'")]
    [DataRow("{\n  \"name\": oops }", "not proper JSON at line 2, byte 11")]
    public void Text_that_is_no_JSON_is_told_by_its_place(string text, string contains)
    {
        using var train = new TrainHarness();
        File.WriteAllText(train["recipe.json"], text);

        (int exitCode, _, string errors) = TrainHarness.Run(train["recipe.json"]);

        Assert.AreEqual(2, exitCode, errors);
        StringAssert.Contains(errors, contains);
        Assert.AreEqual(1, errors.Count(c => c == '\n'), errors);
    }

    [TestMethod]
    public void A_file_where_data_or_run_folder_should_be_is_told_as_one()
    {
        using var train = new TrainHarness();
        File.WriteAllText(train["file"], "");

        (int data, _, string ofData) = TrainHarness.Run([TrainHarness.Tiny, "--data", train["file"], "--out", train["run"]]);
        (int output, _, string ofOutput) = TrainHarness.Run(train.Train("file"));

        Assert.AreEqual((3, 6), (data, output));
        StringAssert.Contains(ofData, "not a folder (pictures come in a folder, a .zip, .tar shards or .parquet tables)");
        StringAssert.Contains(ofOutput, "is a file, expected a run folder");
    }

    [TestMethod]
    public void Help_lists_every_exit_status()
    {
        (_, string output, _) = TrainHarness.Run("--help");

        int[] statuses = [.. typeof(ExitCodes).GetFields().Select(field => (int)field.GetRawConstantValue()!)];
        Assert.HasCount(9, statuses);
        string listed = output[output.IndexOf("Exit status:", StringComparison.Ordinal)..];
        foreach (int status in statuses)
            Assert.MatchesRegex($@"(?m)(^| ) +{status}  \w", listed);
    }

    [TestMethod]
    public void Version_is_one_line_and_verbs_do_not_ask_for_a_recipe()
    {
        (int exitCode, string version, _) = TrainHarness.Run("--version");
        (_, string plot, _) = TrainHarness.Run("plot", "--help");

        Assert.AreEqual(0, exitCode);
        Assert.MatchesRegex(@"^vtok-train \d+\.\d+\.\d+\r?\n$", version);
        StringAssert.Contains(plot, " plot <RUN>... [options]");
        Assert.IsFalse(plot.Contains("RECIPE", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("../elsewhere"), DataRow("/elsewhere"), DataRow("..")]
    public void The_name_of_a_recipe_leads_to_no_other_folder(string name)
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run(TrainHarness.Tiny, "--data", train["none"], "--set", $"name={name}");

        Assert.AreEqual(2, exitCode, errors);
        StringAssert.Contains(errors, $"the recipe's name \"{name}\" cannot name its run folder; say --out");
    }

    [TestMethod]
    public void A_recipe_that_the_run_folder_does_not_fit_leaves_the_one_that_is_there()
    {
        using var train = new TrainHarness();
        string[] started = train.Train("run", "steps=2", "every.validate=0");
        Assert.AreEqual(0, TrainHarness.Run(started).ExitCode);
        string recipe = File.ReadAllText(Path.Combine(train["run"], "recipe.json"));

        (int exitCode, _, string errors) = TrainHarness.Run([.. started, "--set", "settings.network.encoderWidth=24"]);

        Assert.AreEqual(4, exitCode, errors);
        Assert.AreEqual(recipe, File.ReadAllText(Path.Combine(train["run"], "recipe.json")));
    }

    [TestMethod]
    public void A_run_that_was_never_measured_has_nothing_to_export_and_says_what_writes_it()
    {
        using var train = new TrainHarness();
        Directory.CreateDirectory(train["run"]);
        File.Copy(TrainHarness.Tiny, Path.Combine(train["run"], "recipe.json"));

        (int exitCode, _, string errors) = TrainHarness.Run("export", train["run"]);

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "best.safetensors: is not there; a validation writes it");
    }

    [TestMethod]
    public void A_fault_of_ours_says_how_to_report_it_and_is_status_1()
    {
        Refusal refusal = Refusal.Of(new InvalidOperationException("a handle\nat some place"));

        Assert.AreEqual(1, refusal.ExitCode);
        Assert.AreEqual("a fault of vtok-train itself: InvalidOperationException: a handle (please report it with the output of VTOK_DEBUG=1)", refusal.Message);
    }

    [TestMethod]
    public void Only_VTOK_DEBUG_shows_a_stack_trace()
    {
        (_, _, string plain) = TrainHarness.Run("none.json");
        (_, _, string traced) = TrainHarness.Run(debug: true, "none.json");

        Assert.IsFalse(plain.Contains("   at ", StringComparison.Ordinal), plain);
        StringAssert.Contains(traced, "   at Vtok.Training.Recipes.Recipe.Load");
    }

    [TestMethod]
    public void A_folder_that_cannot_be_made_is_status_6()
    {
        using var train = new TrainHarness();
        File.WriteAllText(train["file"], "");

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train(Path.Combine("file", "run")));

        Assert.AreEqual(6, exitCode, errors);
    }

    [TestMethod]
    public void Before_the_first_step_it_tells_what_the_run_takes()
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", "steps=2", "every.log=1", "every.validate=0", "precision=tf32", "settings.decodeFirst=false"));

        Assert.AreEqual(0, exitCode, errors);
        string[] lines = errors.Split('\n');
        int network = Array.FindIndex(lines, line => line.StartsWith("network: 41,276 parameters, 41,276 trained, 0 frozen", StringComparison.Ordinal));
        Assert.IsGreaterThan(0, network, errors);
        StringAssert.StartsWith(lines[network + 1], "discriminator: ");
        StringAssert.StartsWith(lines[network + 2], "memory: ");
        StringAssert.Contains(lines[network + 2], "for weights, gradients and moments (0.7 MB), their average (0.2 MB), discriminator with its own ");
        StringAssert.Contains(lines[network + 2], "about 1.2 MB for activations of a step, ");
        Assert.AreEqual("a step: 8 images", lines[network + 3]);
        Assert.Contains("precision tf32: only CUDA has it; this run computes in float32", lines);
        Assert.IsTrue(lines.Any(line => line.StartsWith("step 1/2  loss ", StringComparison.Ordinal)), errors);
        if (OperatingSystem.IsLinux())
            StringAssert.StartsWith(lines[network + 4], "memory in the first step: ");
    }
}
