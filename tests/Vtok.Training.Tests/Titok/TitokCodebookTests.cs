using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Models.Weights;
using Vtok.Training.Tests.Commands;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Titok;

[TestClass]
public sealed class TitokCodebookTests
{
    [TestMethod]
    public void The_use_of_the_codebook_is_logged_over_windows_and_goes_on_after_a_stop()
    {
        using var train = new TrainHarness();
        string[] recipe = ["steps=20", "every.log=5", "every.save=7", "every.validate=0", "settings.codebook.window=5", "settings.codebook.revive=true", "schedule.shape=constant"];
        Assert.AreEqual(0, TrainHarness.Run(train.Train("whole", recipe)).ExitCode);
        Assert.AreEqual(0, TrainHarness.Run(train.Train("parts", [.. recipe, "steps=12"])).ExitCode);
        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("parts", recipe));

        Assert.AreEqual(0, exitCode, errors);
        JsonObject last = Last(train, "whole"), resumed = Last(train, "parts");
        Assert.IsTrue((double)last["usage"]! is > 0 and <= 1);
        Assert.IsTrue((double)last["perplexity"]! is >= 1 and <= 64);
        Assert.IsTrue((double)last["dead"]! is >= 0 and < 64);
        foreach (string name in (string[])["usage", "perplexity", "dead", "loss"])
            Assert.AreEqual((double)last[name]!, (double)resumed[name]!, name);
    }

    [TestMethod]
    public void A_codebook_may_start_from_clusters_of_unquantized_steps()
    {
        using var train = new TrainHarness();
        string[] recipe = ["steps=6", "every.log=1", "every.validate=0", "settings.codebook.start=kmeans", "settings.codebook.free=3", "settings.codebook.window=3"];

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", recipe));

        Assert.AreEqual(0, exitCode, errors);
        JsonObject[] lines = Lines(train, "run");
        Assert.IsNull(lines[2]["quantizer"]);
        Assert.IsNotNull(lines[3]["quantizer"]);
    }

    [TestMethod]
    [DataRow(3, "settings.decoderOnly: the tokens that stay", "settings.decoderOnly=true")]
    [DataRow(2, "settings.codebook: training the decoder alone", "settings.decoderOnly=true", "settings.codebook.revive=true")]
    public void Training_the_decoder_alone_wants_the_tokens_of_a_model(int status, string words, params string[] values)
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", values));

        Assert.AreEqual(status, exitCode, errors);
        StringAssert.Contains(errors, words);
    }

    [TestMethod]
    [DataRow("false"), DataRow("true")]
    public void Fine_tuning_of_the_decoder_leaves_the_tokens_of_every_picture_as_they_were(string clustering)
    {
        using var train = new TrainHarness();
        string network = $"settings.network.clustering={clustering}";
        Assert.AreEqual(0, TrainHarness.Run(train.Train("base", "steps=4", "every.validate=0", network)).ExitCode);

        (int exitCode, _, string errors) = TrainHarness.Run([.. train.Train("tuned", "steps=4", "every.validate=0", "settings.decoderOnly=true", "settings.discriminator.start=0", network),
            "--init-from", Path.Combine(train["base"], "model")]);

        Assert.AreEqual(0, exitCode, errors);
        Dictionary<string, byte[]> before = Weights(train, "base"), after = Weights(train, "tuned");
        foreach ((string name, byte[] value) in before)
            Assert.AreEqual(!name.StartsWith("decoder.", StringComparison.Ordinal), value.SequenceEqual(after[name]), name);
    }

    private static Dictionary<string, byte[]> Weights(TrainHarness train, string run)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(train[run], "model", "model.safetensors"));
        return file.Entries.Keys.ToDictionary(name => name, name => file[name].bytes.ToArray());
    }

    private static JsonObject Last(TrainHarness train, string run) => Lines(train, run)[^1];

    private static JsonObject[] Lines(TrainHarness train, string run) =>
        [.. File.ReadLines(Path.Combine(train[run], "log.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).Where(line => (string?)line["kind"] == "train")];
}
