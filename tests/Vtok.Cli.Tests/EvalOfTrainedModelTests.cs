using System.Globalization;
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

    private static readonly string Checkpoints = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "checkpoints.path")).Trim();

    [TestMethod]
    public void Eval_of_a_grid_tokenizer_prints_what_the_last_validation_logged()
    {
        using var cli = new CliHarness { Real = true };
        JsonElement logged = Train(cli, $$"""
            {
              "name": "grid", "task": "llamagen-tokenizer", "seed": 4, "steps": 3, "batch": 2, "every": { "log": 1, "validate": 0, "save": 0, "sheet": 0 },
              "settings": {
                "side": 16, "validationSide": {{Side}}, "judge": "{{Path.Combine(Checkpoints, "perceptual-squeezenet-lpips")}}",
                "network": { "channels": 8, "encoderMultipliers": [1, 1, 2], "blocks": 1, "groups": 4, "latentChannels": 8, "attention": false },
                "quantizer": { "kind": "vq", "codes": 32, "dimension": 4 }, "losses": { "perceptual": "none" }, "discriminator": { "kind": "none" } }
            }
            """);

        CliResult result = cli.Run("eval", "--model", cli["run/model"], "--data", cli["held"], "--size", $"{Side}", "--json");

        AssertRows(result, logged, tokens => "", "psnr", "ssim", "lpips");
    }

    [TestMethod]
    [DataRow("titok-bl64-vq8k", false, "8")]
    [DataRow("one-d-piece-s256", true, "1,2,4,8")]
    public void Eval_of_one_dimensional_tokens_prints_what_the_last_validation_logged_at_every_length(string preset, bool nested, string lengths)
    {
        using var cli = new CliHarness { Real = true };
        JsonElement logged = Train(cli, $$"""
            {
              "name": "tokens", "task": "titok-single-stage", "seed": 4, "steps": 3, "batch": 2, "every": { "log": 1, "validate": 0, "save": 0, "sheet": 0 },
              "optimizer": { "lr": 2e-3 }, "average": 0,
              "settings": {
                "judge": "{{Path.Combine(Checkpoints, "perceptual-squeezenet-lpips")}}",
                "network": {
                  "preset": "{{preset}}", "nested": {{(nested ? "true" : "false")}}, "crop": {{Side}}, "patch": 8, "tokens": 8, "tokenSize": 8, "codebook": 64,
                  "encoderWidth": 32, "encoderLayers": 1, "encoderHeads": 2, "decoderWidth": 32, "decoderLayers": 1, "decoderHeads": 2 },
                "losses": { "perceptual": "none" }, "discriminator": { "enabled": false } }
            }
            """);

        CliResult result = cli.Run("eval", "--model", cli["run/model"], "--data", cli["held"], "--tokens", lengths, "--json");

        AssertRows(result, logged, tokens => tokens.ToString(CultureInfo.InvariantCulture), "psnr", "ssim", "lpips");
    }

    [TestMethod]
    public void Eval_of_a_refinement_prints_what_the_last_validation_logged_at_every_length()
    {
        using var cli = new CliHarness { Real = true };
        JsonElement logged = Train(cli, $$"""
            {
              "name": "refined", "task": "residual-refine", "seed": 4, "steps": 3, "batch": 2, "every": { "log": 1, "validate": 0, "save": 0, "sheet": 0 },
              "optimizer": { "lr": 2e-3 }, "average": 0,
              "settings": { "model": "{{Path.Combine(Checkpoints, "default")}}", "widths": [8, 8, 8], "crops": 1, "window": 64, "validateEvery": 1, "gridPeriods": [16],
                "judge": "{{Path.Combine(Checkpoints, "perceptual-squeezenet-lpips")}}" }
            }
            """);

        CliResult result = cli.Run("eval", "--model", cli["run/model"], "--data", cli["held"], "--look", "faithful", "--tokens", "16,32,64,128,256", "--json");

        AssertRows(result, logged, tokens => tokens.ToString(CultureInfo.InvariantCulture), "psnr", "ssim", "msSsim", "lpips");
    }

    private static void AssertRows(CliResult result, JsonElement logged, Func<int, string> suffix, params string[] names)
    {
        Assert.AreEqual(0, result.ExitCode, result.Errors);
        foreach (JsonElement row in result.Json.GetProperty("rows").EnumerateArray())
        {
            Assert.AreEqual(3, row.GetProperty("pictures").GetInt32());
            int tokens = row.GetProperty("tokens").GetInt32();
            foreach (string name in names)
            {
                double expected = logged.GetProperty(name + suffix(tokens)).GetDouble();
                Assert.AreEqual(expected, row.GetProperty(name).GetDouble(), LogDigits * expected, $"{name} at {tokens} tokens");
            }
        }
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static JsonElement Train(CliHarness cli, string json)
    {
        WritePictures(cli, "pictures", 4, seed: 1);
        WritePictures(cli, "held", 3, seed: 2);
        NativeTorch.Load();
        Recipe recipe = Recipe.Parse(json);
        TrainingOutcome outcome = recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = cli["pictures"], Validation = cli["held"], Folder = cli["run"] });
        Assert.AreEqual(TrainingEnd.Finished, outcome.End, outcome.Message);
        return File.ReadLines(cli["run/log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).Last(line => line.GetProperty("kind").GetString() == "validate");
    }

    // Blurred noise: neither flat nor so fine that every reconstruction is grey.
    private static void WritePictures(CliHarness cli, string folder, int count, int seed)
    {
        Directory.CreateDirectory(cli[folder]);
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            var coarse = new RgbImage(10 + i, 9);
            random.NextBytes(coarse.Pixels);
            RgbImage picture = Resampler.Resize(coarse, 60 + 6 * i, 54, ResampleFilter.Bicubic);
            File.WriteAllBytes(cli[$"{folder}/{i}.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        }
    }
}
