using TorchSharp;
using Vtok.Data;
using Vtok.Models;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;
using Vtok.Training.Tests.Commands;
using Vtok.Training.Titok;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Titok;

/// <summary>Single-stage training of a decoder that reads text features beside the tokens.</summary>
[TestClass]
public sealed class TitokTextTests
{
    private const int Length = 3, Width = 5;

    private static readonly string[] Text = ["settings.network.text=true", $"settings.network.textLength={Length}", $"settings.network.textWidth={Width}", "steps=4", "every.log=1"];

    [TestMethod]
    public void Features_beside_the_pictures_enter_the_decoder_and_the_model_asks_for_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        WriteFeatures(train["b"], 2);
        string[] validation = ["--validation", train["pictures"]];

        (int exitCode, _, string errors) = TrainHarness.Run([.. train.Train("first", [.. Text, $"settings.text={train["a"]}"]), .. validation]);
        (int second, _, string others) = TrainHarness.Run([.. train.Train("second", [.. Text, $"settings.text={train["b"]}"]), .. validation]);

        Assert.AreEqual(0, exitCode, errors);
        Assert.AreEqual(0, second, others);
        Assert.AreNotEqual(FirstLoss(train["first"]), FirstLoss(train["second"])); // the same seed and pictures: the text alone differs
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(train["first"], "model"));
        Tensor ids = zeros([1, 8], ScalarType.Int64);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => model.Decode(ids)).Message, $"text features [{Length}, {Width}]");
    }

    [TestMethod]
    public void A_picture_without_features_is_named()
    {
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        File.Delete(Path.Combine(train["a"], "03.safetensors"));

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", [.. Text, $"settings.text={train["a"]}", "batch=12"]));

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "no text features of the picture \"03\"; expected 03.npy or 03.safetensors with [3, 5]");
    }

    [TestMethod]
    public void A_key_that_leads_out_of_the_folder_and_another_shape_are_refused()
    {
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        Directory.CreateDirectory(train["b"]);
        var inside = new TextFeatureFolder(train["b"], new TextGuidance(Length, Width));
        var wider = new TextFeatureFolder(train["a"], new TextGuidance(Length, Width + 1));

        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => inside.Read(["../a/03"])).Message, "no text features");
        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => wider.Read(["03"])).Message, "text features [3, 5], expected [3, 6]");
    }

    [TestMethod]
    public void A_published_text_aware_model_without_a_folder_of_features_is_a_fault_of_the_recipe()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Load(TrainHarness.Tiny, ["settings.network.text=true"]));

        StringAssert.Contains(error.Message, "settings.text: this model decodes beside text features");
    }

    private static string FirstLoss(string run) => System.Text.Json.Nodes.JsonNode.Parse(File.ReadLines(Path.Combine(run, "log.jsonl")).First(line => line.Contains("\"train\"")))!["loss"]!.ToJsonString();

    private static void WriteFeatures(string folder, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 12; i++)
            SafetensorsWriter.Write(Path.Combine(folder, $"{i:D2}.safetensors"), new Dictionary<string, Tensor> { ["text"] = randn([Length, Width], generator: generator) });
    }
}
