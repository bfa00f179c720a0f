using Vtok.Torch;
using Vtok.Training.Optimization;

namespace Vtok.Training.Runs;

/// <summary>All that changes while training: weights, their average, the moments, the step. What a checkpoint saves and restores.</summary>
internal sealed class TrainingState : IDisposable
{
    public TrainingState(nn.Module model, Recipes.Recipe recipe)
    {
        Model = model;
        Average = new ExponentialAverage(model, recipe.Average);
        Parameters = [.. model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.parameter)];
        Optimizer = new FusedAdamW(Parameters)
        {
            LearningRate = recipe.Optimizer.LearningRate,
            Beta1 = recipe.Optimizer.Beta1,
            Beta2 = recipe.Optimizer.Beta2,
            Epsilon = recipe.Optimizer.Epsilon,
            WeightDecay = recipe.Optimizer.WeightDecay,
        };
    }

    public nn.Module Model { get; }

    public IReadOnlyList<TorchSharp.Modules.Parameter> Parameters { get; }

    public ExponentialAverage Average { get; }

    public FusedAdamW Optimizer { get; }

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
        foreach ((string name, Tensor value) in Model.state_dict())
            tensors[$"model.{name}"] = value;
        foreach ((string name, Tensor value) in Average.Entries)
            tensors[$"average.{name}"] = value;
        int i = 0;
        foreach ((Tensor first, Tensor second, Tensor step) in Optimizer.State)
        {
            tensors[$"optimizer.{i}.first"] = first;
            tensors[$"optimizer.{i}.second"] = second;
            tensors[$"optimizer.{i++}.step"] = step;
        }
        return tensors;
    }

    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
    }
}
