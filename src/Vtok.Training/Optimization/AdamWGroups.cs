using Vtok.Torch;
using Vtok.Training.Recipes;

namespace Vtok.Training.Optimization;

/// <summary>AdamW over two groups of parameters: with weight decay and without.</summary>
public sealed class AdamWGroups : IDisposable
{
    private readonly FusedAdamW _decayed;
    private readonly FusedAdamW _plain;

    /// <summary>Creates the moments, all zero.</summary>
    /// <param name="decayed">Parameters whose weights decay.</param>
    /// <param name="plain">The others.</param>
    /// <param name="recipe">Constants.</param>
    public AdamWGroups(IEnumerable<TorchSharp.Modules.Parameter> decayed, IEnumerable<TorchSharp.Modules.Parameter> plain, OptimizerRecipe recipe)
        => (_decayed, _plain) = (Create(decayed, recipe, recipe.WeightDecay), Create(plain, recipe, 0));

    /// <summary>First moments, second moments and step counts, in the order decayed, plain.</summary>
    public IEnumerable<(Tensor First, Tensor Second, Tensor Step)> State => _decayed.State.Concat(_plain.State);

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step(double learningRate)
    {
        _decayed.LearningRate = _plain.LearningRate = learningRate;
        _decayed.Step();
        _plain.Step();
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        _decayed.Dispose();
        _plain.Dispose();
    }

    private static FusedAdamW Create(IEnumerable<TorchSharp.Modules.Parameter> parameters, OptimizerRecipe recipe, double decay) => new(parameters)
    {
        Beta1 = recipe.Beta1,
        Beta2 = recipe.Beta2,
        Epsilon = recipe.Epsilon,
        WeightDecay = decay,
    };
}
