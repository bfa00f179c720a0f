using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Optimization;

/// <summary>One network under training: the backward pass over its loss terms, the clip and the update.</summary>
public sealed class Trainee : IDisposable
{
    private readonly double _clip;

    /// <summary>Takes the parameters that ask for a gradient.</summary>
    /// <param name="model">The network; it stays its owner's.</param>
    /// <param name="recipe">Constants of AdamW, and the clip.</param>
    /// <param name="decays">Whether a parameter's weights decay.</param>
    public Trainee(nn.Module model, OptimizerRecipe recipe, Func<string, Tensor, bool> decays)
    {
        (Model, _clip) = (model, recipe.Clip);
        (string name, TorchSharp.Modules.Parameter parameter)[] trained = [.. model.named_parameters().Where(p => p.parameter.requires_grad)];
        Parameters = [.. trained.Select(p => p.parameter)];
        ILookup<bool, (string Name, TorchSharp.Modules.Parameter Parameter)> groups = trained.ToLookup(p => decays(p.name, p.parameter));
        Decayed = [.. groups[true].Select(p => p.Name)];
        Optimizer = new AdamWGroups(groups[true].Select(p => p.Parameter), groups[false].Select(p => p.Parameter), recipe);
    }

    /// <summary>The network.</summary>
    public nn.Module Model { get; }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> Parameters { get; }

    /// <summary>Names of the parameters whose weights decay.</summary>
    public IReadOnlyList<string> Decayed { get; }

    /// <summary>The moments.</summary>
    public AdamWGroups Optimizer { get; }

    /// <summary>Computes the gradients of the weighted sum of the terms.</summary>
    /// <param name="terms">Loss terms of a batch, or of one of its micro-batches.</param>
    /// <param name="part">Which micro-batch; the first one starts from no gradients, the others add theirs, and who asked for them divides the sums.</param>
    /// <returns>The sum, a scalar in the caller's scope.</returns>
    public Tensor Backward(IReadOnlyList<LossTerm> terms, int part = 0)
    {
        Tensor loss = LossTerm.Sum(terms);
        if (part == 0)
            foreach (TorchSharp.Modules.Parameter parameter in Parameters)
                parameter.grad = null;
        loss.backward();
        return loss;
    }

    /// <summary>Clips the gradients and moves the weights.</summary>
    /// <returns>The norm of the gradients before the clip, a scalar in the caller's scope.</returns>
    public Tensor Update(double learningRate)
    {
        Tensor norm = GradientNorm.Clip(Parameters, _clip);
        Optimizer.Step(learningRate);
        return norm;
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose() => Optimizer.Dispose();
}
