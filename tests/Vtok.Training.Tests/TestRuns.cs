using TorchSharp;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Tests;

/// <summary>Recipes and run folders for tests.</summary>
internal static class TestRuns
{
    public const string Json = """{ "name": "test", "task": "residual-refine", "settings": { "model": "nowhere" } }""";

    public static Recipe Recipe(params string[] overrides) => Recipes.Recipe.Parse(Json, ["batch=8", "every.log=5", "every.save=5", "every.validate=0", .. overrides]);

    public static TrainingRun Run(string folder, Recipe recipe, CancellationToken stop = default)
        => new() { Recipe = recipe, Folder = folder, Stop = stop };

    /// <summary>Tensors that live after the first steps of both players and after the last.</summary>
    public static (long Before, long After) LiveTensors(TrainingTask task, Recipe recipe, int first, int last)
    {
        using var trainee = new Trainee(task.Model, recipe.Optimizer, task.Decays);
        using var opponent = new Trainee(task.Opponent!.Model, task.Opponent.Optimizer, task.Opponent.Decays);
        Steps(task, trainee, opponent, 0, first);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Steps(task, trainee, opponent, first, last);
        return (before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    /// <summary>Steps of both players without a loop around them, each in a scope of its own.</summary>
    public static void Steps(TrainingTask task, Trainee trainee, Trainee opponent, int first, int end)
    {
        for (int step = first; step < end; step++)
        {
            using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
            using TrainingBatch batch = task.MakeBatch(step);
            trainee.Backward(task.Losses(batch));
            trainee.Update(1e-3);
            opponent.Backward(task.Opponent!.Losses(step));
            opponent.Update(1e-3);
            task.AfterStep(step);
        }
    }

    /// <summary>A new folder under the system's temporary one.</summary>
    public static string Folder() => Directory.CreateTempSubdirectory("vtok-training-").FullName;
}
