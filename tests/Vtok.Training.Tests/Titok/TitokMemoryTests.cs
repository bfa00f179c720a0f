using TorchSharp;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Titok;

/// <summary>Activation checkpointing and bfloat16 in the training of TiTok.</summary>
[TestClass]
public sealed class TitokMemoryTests
{
    [TestMethod]
    [DataRow("fp32", "false"), DataRow("bf16", "false"), DataRow("fp32", "true")]
    public void Blocks_computed_again_give_the_same_losses_and_gradients(string precision, string continuous)
    {
        string[] recipe = ["settings.discriminator.start=0", "settings.network.encoderLayers=3", $"precision={precision}", $"settings.network.continuous={continuous}"];

        (double[] losses, float[] weights) = Train(Tiny(recipe));
        (double[] again, float[] others) = Train(Tiny([.. recipe, "settings.checkpointing=true"]));

        for (int i = 0; i < losses.Length; i++)
            Assert.AreEqual(losses[i], again[i], 1e-6 * Math.Abs(losses[i]));
        for (int i = 0; i < weights.Length; i++)
            Assert.AreEqual(weights[i], others[i], 1e-6);
    }

    [TestMethod]
    public void Bfloat16_follows_float32_closely()
    {
        (double[] exact, _) = Train(Tiny("settings.discriminator.start=0", "settings.checkpointing=false"));
        (double[] coarse, _) = Train(Tiny("settings.discriminator.start=0", "precision=bf16"));

        Assert.AreEqual(exact[0], coarse[0], 0.02 * exact[0]);
        Assert.AreEqual(exact[^1], coarse[^1], 0.1 * exact[^1]);
        Assert.AreNotEqual(exact[0], coarse[0]);
    }

    [TestMethod]
    public void A_hundred_steps_of_blocks_computed_again_leave_no_tensor_behind()
    {
        Recipe recipe = Tiny("settings.discriminator.start=0", "settings.checkpointing=true", "batch=1");
        using TitokTask task = Task(recipe);
        using var trainee = new Trainee(task.Model, recipe.Optimizer, task.Decays);
        Steps(task, trainee, 0, 5);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Steps(task, trainee, 5, 105);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static (double[] Losses, float[] Weights) Train(Recipe recipe)
    {
        using TitokTask task = Task(recipe);
        using var trainee = new Trainee(task.Model, recipe.Optimizer, task.Decays);
        double[] losses = Steps(task, trainee, 0, 5);
        using DisposeScope scope = NewDisposeScope();
        return (losses, task.Model.state_dict()["encoder.transformer.0.attn.in_proj_weight"].data<float>().ToArray());
    }

    private static double[] Steps(TitokTask task, Trainee trainee, int first, int end)
    {
        var losses = new List<double>();
        for (int step = first; step < end; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            using TrainingBatch batch = task.MakeBatch(step);
            losses.Add(trainee.Backward(task.Losses(batch)).item<float>());
            trainee.Update(1e-3);
            task.Opponent!.Losses(step); // else what it has looked at waits for it
        }
        return [.. losses];
    }

    private static Recipe Tiny(params string[] overrides) =>
        Recipe.Load(Path.Combine(Repository.Root, "trainers", "recipes", "titok", "tiny.json"), overrides);

    private static TitokSingleStageTask Task(Recipe recipe)
    {
        var settings = (TitokSettings)recipe.Settings;
        return new TitokSingleStageTask(recipe, settings, TitokStart.Network(recipe, settings, CPU), null, TitokStart.Adversarial(recipe, settings, CPU),
            step => Pictures(recipe, step), null, CPU);
    }

    private static TrainingBatch Pictures(Recipe recipe, long step)
    {
        using var generator = new Generator((ulong)step + 1, CPU);
        Tensor pictures = randint(0, 256, [recipe.Batch, 3, 32, 32], ScalarType.Byte, generator: generator).DetachFromDisposeScope();
        return new TrainingBatch(step, recipe.Batch, new Dictionary<string, Tensor> { ["pictures"] = pictures });
    }
}
