namespace Vtok.Training.Recipes;

/// <summary>AdamW (arXiv 1711.05101) and the clipping of gradients.</summary>
public sealed record OptimizerRecipe
{
    /// <summary>Largest learning rate, per step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public required double Beta1 { get; init; }

    /// <summary>Decay of the second moment.</summary>
    public required double Beta2 { get; init; }

    /// <summary>Added to the root of the second moment.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Largest norm of all gradients together; 0 means no clipping.</summary>
    public required double Clip { get; init; }

    internal static OptimizerRecipe Read(RecipeSection section) => new()
    {
        LearningRate = section.Number("lr", 1e-3, 0, 10),
        Beta1 = section.Number("beta1", 0.9, 0, 0.999999),
        Beta2 = section.Number("beta2", 0.99, 0, 0.999999),
        Epsilon = section.Number("epsilon", 1e-8, 0, 1),
        WeightDecay = section.Number("weightDecay", 0, 0, 10),
        Clip = section.Number("clip", 1, 0, 1e6),
    };
}
