using Vtok.Training.Optimization;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>All that changes while training: weights, their average, the moments, the step. What a checkpoint saves and restores.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TrainingTask _task;

    public TrainingState(TrainingTask task, Recipes.Recipe recipe)
    {
        _task = task;
        Average = new ExponentialAverage(task.Model, recipe.Average);
        Trainee = new Trainee(task.Model, recipe.Optimizer, task.Decays);
        if (task.Opponent is { } opponent)
            Opponent = new Trainee(opponent.Model, opponent.Optimizer, opponent.Decays);
    }

    public ExponentialAverage Average { get; }

    public Trainee Trainee { get; }

    public Trainee? Opponent { get; }

    /// <summary>Steps done; the next batch is that of this step.</summary>
    public long Step { get; set; }

    /// <summary>Seconds trained up to now.</summary>
    public double Seconds { get; set; }

    /// <summary>Best score of a validation.</summary>
    public double BestScore { get; set; } = double.NegativeInfinity;

    /// <summary>Every tensor by its name in a checkpoint.</summary>
    public Dictionary<string, Tensor> Tensors()
    {
        var tensors = new Dictionary<string, Tensor>();
        Add(Trainee, "");
        foreach ((string name, Tensor value) in Average.Entries)
            tensors[$"average.{name}"] = value;
        if (Opponent is not null)
            Add(Opponent, "opponent.");
        foreach ((string name, Tensor value) in _task.State)
            tensors[$"task.{name}"] = value;
        return tensors;

        void Add(Trainee trainee, string prefix)
        {
            foreach ((string name, Tensor value) in trainee.Model.state_dict())
                tensors[$"{prefix}model.{name}"] = value;
            int i = 0;
            foreach ((Tensor first, Tensor second, Tensor step) in trainee.Optimizer.State)
            {
                tensors[$"{prefix}optimizer.{i}.first"] = first;
                tensors[$"{prefix}optimizer.{i}.second"] = second;
                tensors[$"{prefix}optimizer.{i++}.step"] = step;
            }
        }
    }

    public void Dispose()
    {
        Average.Dispose();
        Trainee.Dispose();
        Opponent?.Dispose();
    }
}
