using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Models;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Titok;

/// <summary>The three stages on synthetic pictures, as small as they go.</summary>
[TestClass]
public sealed class TitokTaskTests
{
    private const int Side = 32;

    private static readonly ProxyTokenizerConfig Proxy = new()
    {
        CodebookSize = 16,
        CodeDimension = 8,
        HiddenChannels = 8,
        ChannelMultipliers = [1, 1, 1, 1, 1],
        Blocks = 1,
        NormGroups = 4,
        Resolution = Side,
    };

    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Single_stage_training_learns_the_pictures_and_leaves_a_model_that_opens()
    {
        Recipe recipe = Tiny("steps=80", "settings.discriminator.start=60");
        using TitokTask task = Single(recipe);

        TrainingOutcome outcome = new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        Assert.AreEqual(TrainingEnd.Finished, outcome.End);
        (double first, double last) = Ends("reconstruction");
        Assert.IsLessThan(0.5 * first, last);
        Assert.IsTrue(Log().Any(line => line["lecam"] is not null), "the discriminator was never trained");
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(_folder, "model"));
        Assert.AreEqual("titok", model.Info.Family);
    }

    [TestMethod]
    public void A_continuous_network_learns_as_well()
    {
        Recipe recipe = Tiny("steps=60", "settings.network.continuous=true", "settings.discriminator.enabled=false");
        using TitokTask task = Single(recipe);

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        (double first, double last) = Ends("reconstruction");
        Assert.IsLessThan(0.6 * first, last);
    }

    [TestMethod]
    public void Stage_one_learns_the_codes_of_the_proxy_tokenizer_with_tokens_dropped()
    {
        Recipe recipe = Stage("titok-stage1", "steps=80");
        TitokSettings settings = WithTinyProxy(recipe);
        using var task = new TitokStageOneTask(recipe, settings, Network(settings), Teacher(), Pictures(recipe), Held(), CPU);

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        (double first, double last) = Ends("cross-entropy");
        Assert.IsLessThan(0.8 * first, last);
    }

    [TestMethod]
    public void Stage_two_learns_pixels_and_leaves_the_encoder_as_it_was()
    {
        Recipe recipe = Stage("titok-stage2", "steps=60", "settings.losses.perceptual=none", "settings.discriminator.start=40",
            "settings.discriminator.channels=8", "settings.discriminator.groups=4");
        TitokSettings settings = WithTinyProxy(recipe);
        OneDPieceNetwork network = Network(settings);
        float[] encoder = Values(network, "encoder.patch_embed.weight"), codes = Values(network, "quantize.embedding.weight");
        using var task = new TitokStageTwoTask(recipe, settings, network, null, TitokStart.Adversarial(recipe, settings, CPU), Pictures(recipe), Held(), CPU);

        new TrainingLoop(TestRuns.Run(_folder, recipe), task).Run();

        (double first, double last) = Ends("reconstruction");
        Assert.IsLessThan(0.7 * first, last);
        CollectionAssert.AreEqual(encoder, Values(network, "encoder.patch_embed.weight"));
        CollectionAssert.AreEqual(codes, Values(network, "quantize.embedding.weight"));
    }

    [TestMethod]
    public void The_perceptual_distance_that_ships_is_a_term_of_both_pixel_stages()
    {
        string[] choice = ["settings.losses.perceptual=mobilenetv2", "settings.losses.perceptualWeight=0.5", "settings.discriminator.enabled=false",
            $"settings.losses.mobilenetv2={Path.Combine(Repository.Root, "checkpoints", "perceptual-mobilenetv2")}"];
        Recipe single = Tiny(choice), second = Stage("titok-stage2", choice);
        TitokSettings settings = WithTinyProxy(second);
        using TitokTask first = Single(single);
        using var other = new TitokStageTwoTask(second, settings, Network(settings), PictureDistance.Open(settings.Distance, CPU), null, Pictures(second), Held(), CPU);

        foreach (TitokTask task in (TitokTask[])[first, other])
        {
            using DisposeScope scope = NewDisposeScope();
            using TrainingBatch batch = task.MakeBatch(0);
            LossTerm term = task.Losses(batch).Single(term => term.Name == "perceptual");
            term.Value.backward();

            Assert.AreEqual(0.5, term.Weight);
            Assert.IsTrue(float.IsFinite(term.Value.item<float>()) && term.Value.item<float>() > 0);
            Assert.IsGreaterThan(0f, task.Model.named_parameters().First(row => row.name == "decoder.transformer.0.mlp.c_fc.weight").parameter.grad!.abs().sum().item<float>());
        }
    }

    [TestMethod]
    public void A_run_killed_while_the_discriminator_learns_goes_on_to_the_same_bits()
    {
        Recipe recipe = Tiny("steps=12", "every.save=7", "every.validate=0", "settings.discriminator.start=4", "settings.network.continuous=true");
        TrainingRun whole = TestRuns.Run(Path.Combine(_folder, "whole"), recipe), killed = TestRuns.Run(Path.Combine(_folder, "killed"), recipe);
        using (TitokTask task = Single(recipe))
            new TrainingLoop(whole, task).Run();
        using (TitokTask task = Single(recipe, step => step == 9 ? throw new IOException("killed") : Pictures(recipe)(step)))
            Assert.ThrowsExactly<IOException>(() => new TrainingLoop(killed, task).Run());
        using TitokTask resumed = Single(recipe);

        TrainingOutcome outcome = new TrainingLoop(killed, resumed).Run();

        Assert.AreEqual(12, outcome.Step);
        CollectionAssert.AreEqual(Newest(whole), Newest(killed));
    }

    [TestMethod]
    public void Two_hundred_steps_of_both_players_leave_no_tensor_behind()
    {
        Recipe recipe = Tiny("settings.discriminator.start=0", "settings.network.continuous=true", "batch=1");
        using TitokTask task = Single(recipe);

        (long before, long after) = TestRuns.LiveTensors(task, recipe, first: 5, last: 205);

        Assert.AreEqual(before, after);
    }

    [TestMethod]
    public void Stage_two_without_a_first_stage_says_what_is_missing()
    {
        Recipe recipe = Stage("titok-stage2");

        var error = Assert.ThrowsExactly<RecipeException>(() => TitokStart.Network(recipe, (TitokSettings)recipe.Settings, CPU));

        StringAssert.Contains(error.Message, "settings.startFrom");
    }

    [TestMethod]
    public void Stage_two_without_a_pixel_decoder_says_what_is_missing_and_takes_that_of_an_earlier_second_stage()
    {
        using DisposeScope scope = NewDisposeScope();
        string first = Path.Combine(_folder, "first.safetensors"), second = Path.Combine(_folder, "second.safetensors");
        TitokSettings one = WithTinyProxy(Stage("titok-stage1")), two = WithTinyProxy(Stage("titok-stage2"));
        using (OneDPieceNetwork network = Network(one))
            SafetensorsWriter.Write(first, network.state_dict());
        using OneDPieceNetwork earlier = Network(two);
        SafetensorsWriter.Write(second, earlier.state_dict());

        var error = Assert.ThrowsExactly<RecipeException>(() => TitokStart.Network(Stage("titok-stage2"), two with { StartFrom = first }, CPU));
        using OneDPieceNetwork started = TitokStart.Network(Stage("titok-stage2"), two with { StartFrom = second }, CPU);

        StringAssert.Contains(error.Message, "settings.proxy: the pixel decoder");
        CollectionAssert.AreEqual(Values(earlier, "pixel_decoder.conv_in.weight"), Values(started, "pixel_decoder.conv_in.weight"));
    }

    [TestMethod]
    public void The_model_of_a_first_stage_that_is_exported_on_the_way_has_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        string proxy = Path.Combine(_folder, "proxy.safetensors"), best = Path.Combine(_folder, "best.safetensors"), model = Path.Combine(_folder, "model");
        Recipe recipe = Stage("titok-stage1", $"settings.proxy={proxy}");
        TitokSettings settings = WithTinyProxy(recipe);
        using (ProxyTokenizer teacher = Teacher())
            SafetensorsWriter.Write(proxy, teacher.state_dict());
        using (OneDPieceNetwork network = Network(settings))
            SafetensorsWriter.Write(best, network.state_dict());

        recipe.Kind.Export(recipe with { Settings = settings }, best, model);

        using ITokenizerModel opened = ModelFolder.Open(model);
        CollectionAssert.AreEqual(new long[] { 1, 3, Side, Side }, opened.Decode(zeros([1, 8], ScalarType.Int64)).shape);
    }

    [TestMethod]
    public void Every_recipe_of_both_families_is_read()
    {
        string[] files = [.. new[] { "titok", "one-d-piece" }.SelectMany(family => Directory.GetFiles(Path.Combine(Repository.Root, "trainers", "recipes", family), "*.json"))];

        string[] names = [.. files.Select(file => Recipe.Load(file).Name)];

        Assert.HasCount(22, names);
        CollectionAssert.AllItemsAreUnique(names);
    }

    private static Recipe Tiny(params string[] overrides) =>
        Recipe.Load(Path.Combine(Repository.Root, "trainers", "recipes", "titok", "tiny.json"), ["every.log=10", "every.sheet=0", .. overrides]);

    private static Recipe Stage(string task, params string[] overrides) => Recipe.Parse("""
        {
          "name": "stage", "task": "titok-stage1", "batch": 8, "optimizer": { "lr": 2e-3 }, "schedule": { "shape": "cosine", "warmup": 5, "floor": 0.1 },
          "every": { "log": 10 },
          "settings": { "network": {
            "preset": "one-d-piece-s256", "crop": 32, "tokens": 8, "tokenSize": 8, "codebook": 64,
            "encoderWidth": 32, "encoderLayers": 1, "encoderHeads": 2, "decoderWidth": 32, "decoderLayers": 1, "decoderHeads": 2 } }
        }
        """, [$"task={task}", .. overrides]);

    private static TitokSettings WithTinyProxy(Recipe recipe)
    {
        var settings = (TitokSettings)recipe.Settings;
        return settings with { Network = settings.Network with { Proxy = Proxy } };
    }

    private static TitokSingleStageTask Single(Recipe recipe, Func<long, TrainingBatch>? data = null)
    {
        var settings = (TitokSettings)recipe.Settings;
        return new TitokSingleStageTask(recipe, settings, TitokStart.Network(recipe, settings, CPU), PictureDistance.Open(settings.Distance, CPU), TitokStart.Adversarial(recipe, settings, CPU),
            data ?? Pictures(recipe), Held(), CPU);
    }

    private static OneDPieceNetwork Network(TitokSettings settings)
    {
        var network = new OneDPieceNetwork(settings.Network);
        using var generator = new Generator(5, CPU);
        network.Initialize(generator);
        return network;
    }

    private static ProxyTokenizer Teacher()
    {
        var proxy = new ProxyTokenizer(Proxy);
        using var generator = new Generator(6, CPU);
        proxy.Initialize(generator);
        return proxy;
    }

    private static Func<long, TrainingBatch> Pictures(Recipe recipe) => step =>
        new TrainingBatch(step, recipe.Batch, new Dictionary<string, Tensor> { ["pictures"] = Ramps((ulong)step + 10, recipe.Batch) });

    private static HeldOutPictures Held() => new(Ramps(1, 2), null, CPU);

    /// <summary>Ramps of random colours and directions, uint8 [N, 3, S, S] in no dispose scope.</summary>
    private static Tensor Ramps(ulong seed, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        Tensor slopes = rand([count, 3, 2], generator: generator) - 0.5, levels = rand([count, 3, 1, 1], generator: generator);
        Tensor at = linspace(-0.5, 0.5, Side);
        Tensor ramp = slopes[.., .., 0].view(count, 3, 1, 1) * at.view(1, 1, 1, Side) + slopes[.., .., 1].view(count, 3, 1, 1) * at.view(1, 1, Side, 1);
        return ((levels + ramp).clamp(0, 1) * 255).to(ScalarType.Byte).DetachFromDisposeScope();
    }

    private JsonNode[] Log() => [.. File.ReadAllLines(Path.Combine(_folder, "log.jsonl")).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["kind"] == "train")];

    private (double First, double Last) Ends(string term) => ((double)Log()[0][term]!, (double)Log()[^1][term]!);

    private static byte[] Newest(TrainingRun run)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Directory.GetFiles(Path.Combine(run.Folder, "checkpoints")).Order(StringComparer.Ordinal).Last());
        using DisposeScope scope = NewDisposeScope();
        return [.. file.Entries.Keys.Order(StringComparer.Ordinal).SelectMany(name => file[name].contiguous().bytes.ToArray())];
    }

    private static float[] Values(nn.Module module, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        return module.state_dict()[name].data<float>().ToArray();
    }
}
