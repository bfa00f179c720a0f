using TorchSharp;
using Vtok.Training.LlamaGen;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;
using static TorchSharp.torch;
using static Vtok.Training.Tests.LlamaGen.TinyGrid;

namespace Vtok.Training.Tests.LlamaGen;

/// <summary>Activation checkpointing in the training of a grid tokenizer.</summary>
[TestClass]
public sealed class LlamaGenMemoryTests
{
    private const string Checkpointing = "settings.checkpointing=true";

    private static readonly string[] Discriminator =
    [
        "settings.discriminator.kind=patchgan", "settings.discriminator.channels=4", "settings.discriminator.layers=1", "settings.discriminator.start=0",
        "settings.discriminator.adaptive=true", "settings.network.attention=true",
    ];

    [TestMethod]
    [DataRow("fp32"), DataRow("bf16")]
    public void Blocks_computed_again_give_the_same_losses_and_gradients(string precision)
    {
        string[] recipe = [.. Discriminator, $"precision={precision}"];

        (double loss, Dictionary<string, float[]> gradients) = Gradients(Tiny("vq", "gradient", true, recipe));
        (double again, Dictionary<string, float[]> others) = Gradients(Tiny("vq", "gradient", true, [.. recipe, Checkpointing]));

        Assert.AreEqual(loss, again, 1e-6 * Math.Abs(loss));
        CollectionAssert.AreEquivalent(gradients.Keys, others.Keys);
        foreach ((string name, float[] expected) in gradients)
            for (int i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], others[name][i], 1e-6, name);
    }

    [TestMethod]
    public void A_hundred_steps_of_blocks_computed_again_leave_no_tensor_behind()
    {
        Recipe recipe = Tiny("vq", "gradient", true, [.. Discriminator, Checkpointing, "batch=1"]);
        using LlamaGenTask task = Create(recipe);

        (long before, long after) = TestRuns.LiveTensors(task, recipe, first: 5, last: 105);

        Assert.AreEqual(before, after);
    }

    private static (double Loss, Dictionary<string, float[]> Gradients) Gradients(Recipe recipe)
    {
        using LlamaGenTask task = Create(recipe);
        using var trainee = new Trainee(task.Model, recipe.Optimizer, task.Decays);
        using DisposeScope scope = NewDisposeScope();
        using TrainingBatch batch = task.MakeBatch(0);
        double loss = trainee.Backward(task.Losses(batch)).item<float>();
        return (loss, task.Model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!.data<float>().ToArray()));
    }
}
