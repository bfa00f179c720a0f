using System.Text.Json;
using Vtok.Imaging;
using Vtok.Torch;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Cli.Tests;

/// <summary>The validation of a training run and `vtok eval` of the model that it leaves, over the same folder.</summary>
[TestClass]
public class EvalOfTrainedModelTests
{
    private const int Side = 48;
    private const double LogDigits = 1e-6; // the log keeps seven digits

    [TestMethod]
    public void Eval_prints_what_the_last_validation_logged()
    {
        using var cli = new CliHarness { Real = true };
        WritePictures(cli, "pictures", 4, seed: 1);
        WritePictures(cli, "held", 3, seed: 2);
        Train(cli);
        JsonElement logged = File.ReadLines(cli["run/log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).Last(line => line.GetProperty("kind").GetString() == "validate");

        CliResult result = cli.Run("eval", "--model", cli["run/model"], "--data", cli["held"], "--size", $"{Side}", "--json");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        JsonElement row = result.Json.GetProperty("rows").EnumerateArray().Single();
        Assert.AreEqual(3, row.GetProperty("pictures").GetInt32());
        foreach (string name in new[] { "psnr", "ssim", "lpips" })
            Assert.AreEqual(logged.GetProperty(name).GetDouble(), row.GetProperty(name).GetDouble(), LogDigits * logged.GetProperty(name).GetDouble(), name);
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void Train(CliHarness cli)
    {
        NativeTorch.Load();
        Recipe recipe = Recipe.Parse($$"""
            {
              "name": "grid", "task": "llamagen-tokenizer", "seed": 4, "steps": 3, "batch": 2, "every": { "log": 1, "validate": 0, "save": 0, "sheet": 0 },
              "settings": {
                "side": 16, "validationSide": {{Side}}, "judge": "{{Path.Combine(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "checkpoints.path")).Trim(), "perceptual-squeezenet-lpips")}}",
                "network": { "channels": 8, "encoderMultipliers": [1, 1, 2], "blocks": 1, "groups": 4, "latentChannels": 8, "attention": false },
                "quantizer": { "kind": "vq", "codes": 32, "dimension": 4 }, "losses": { "perceptual": "none" }, "discriminator": { "kind": "none" } }
            }
            """);
        TrainingOutcome outcome = recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = cli["pictures"], Validation = cli["held"], Folder = cli["run"] });
        Assert.AreEqual(TrainingEnd.Finished, outcome.End, outcome.Message);
    }

    private static void WritePictures(CliHarness cli, string folder, int count, int seed)
    {
        Directory.CreateDirectory(cli[folder]);
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            var picture = new RgbImage(60 + i, 52);
            random.NextBytes(picture.Pixels);
            File.WriteAllBytes(cli[$"{folder}/{i}.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        }
    }
}
