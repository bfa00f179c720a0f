using TorchSharp;
using Vtok.Models.Perceptual;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Tests.Commands;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Losses;

[TestClass]
public sealed class PictureDistanceTests
{
    private static readonly string Shipped = Path.Combine(Repository.Root, "checkpoints", "perceptual-mobilenetv2");

    [TestMethod]
    [DataRow("mobilenetv2")]
    [DataRow("lpips")]
    [DataRow("lpips-alex")]
    [DataRow("convnext_s")]
    [DataRow("lpips-convnext_s-1.0-0.1")]
    public void Every_distance_is_the_same_for_either_range_of_pixels_and_has_a_gradient(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using PictureDistance distance = Open(name);
        using var generator = new Generator(3);
        Tensor unit = rand([2, 3, 32, 32], generator: generator), wanted = rand([2, 3, 32, 32], generator: generator);
        Tensor shown = unit.clone().requires_grad_(true);

        Tensor value = distance.BetweenUnit(shown, wanted);
        value.backward();

        Assert.AreEqual(0, value.ndim);
        Assert.IsGreaterThan(0f, value.item<float>());
        Assert.AreEqual(value.item<float>(), distance.Between(unit * 2 - 1, wanted * 2 - 1).item<float>(), 1e-5 * value.item<float>());
        Assert.IsTrue(shown.grad!.isfinite().all().item<bool>() && shown.grad!.abs().sum().item<float>() > 0);
    }

    [TestMethod]
    [DataRow("lpips", "settings.losses.vgg: the distance lpips needs the weights of VGG16")]
    [DataRow("lpips-alex", "settings.losses.alexnet: the distance lpips-alex needs the weights of AlexNet")]
    [DataRow("convnext_s", "settings.losses.convnext: the distance convnext_s needs the weights of ConvNeXt-S")]
    public void Weights_that_do_not_ship_are_asked_for_by_their_place_in_the_recipe(string name, string words)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => PictureDistance.Open(new PictureDistanceSettings { Name = name }, CPU));

        StringAssert.Contains(error.Message, words);
    }

    [TestMethod]
    [DataRow("convnext_s", "settings.losses.convnext")]
    [DataRow("lpips", "settings.losses.vgg", "settings.losses.lpips")]
    [DataRow("lpips-alex", "settings.losses.alexnet", "settings.losses.lpips")]
    [DataRow("mobilenetv2", "settings.losses.mobilenetv2")]
    public void The_weights_of_another_network_are_refused_in_one_line_with_their_place_in_the_recipe(string name, params string[] places)
    {
        using var train = new TrainHarness();
        string other = Path.Combine(Repository.Root, "checkpoints", "perceptual-squeezenet-lpips");

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run",
            [$"settings.losses.perceptual={name}", .. places.Select(place => $"{place}={other}")]));

        Assert.AreEqual(4, exitCode, errors);
        string line = errors.Trim().Split('\n').Single(line => line.StartsWith("vtok-train: ", StringComparison.Ordinal));
        foreach (string place in places)
            StringAssert.Contains(line, $"{place}={other}");
    }

    [TestMethod]
    [DataRow("titok-single-stage")]
    [DataRow("titok-stage2")]
    [DataRow("llamagen-tokenizer")]
    public void Every_task_that_decodes_pixels_reads_the_same_choices(string task)
    {
        string[] choice = ["settings.losses.perceptual=mobilenetv2", "settings.losses.mobilenetv2=elsewhere"];

        Recipe recipe = Recipe.Parse($$"""{"name":"x","task":"{{task}}"}""", choice);

        PictureDistanceSettings distance = recipe.Settings is Vtok.Training.LlamaGen.LlamaGenSettings grid ? grid.Distance : ((Vtok.Training.Titok.TitokSettings)recipe.Settings).Distance;
        Assert.AreEqual(("mobilenetv2", "elsewhere"), (distance.Name, distance.MobileNetFolder));
    }

    [TestMethod]
    public void Pictures_too_small_for_a_distance_are_a_fault_of_the_recipe()
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => Recipe.Load(TrainHarness.Tiny, ["settings.losses.perceptual=mobilenetv2", "settings.network.crop=24"]));

        StringAssert.Contains(error.Message, "settings.network.crop: the distance mobilenetv2 compares pictures of 32 pixels or more, found 24");
    }

    private static PictureDistance Open(string name)
    {
        if (name == PictureDistance.MobileNet)
            return PictureDistance.Open(new PictureDistanceSettings { Name = name, MobileNetFolder = Shipped }, CPU)!;
        using IDisposable quiet = no_grad();
        var mixture = new PerceptualMixture(PerceptualMixtureConfig.Parse(name)!, new ConvNextConfig([(8, 1), (8, 1), (12, 1), (12, 1)], 10), [4, 4, 6, 6, 6]);
        using var generator = new Generator(5);
        foreach (TorchSharp.Modules.Parameter parameter in mixture.parameters())
            parameter.uniform_(0, 0.4, generator);
        return PictureDistance.Of(mixture);
    }
}
