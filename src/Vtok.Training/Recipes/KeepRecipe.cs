namespace Vtok.Training.Recipes;

/// <summary>Which checkpoints stay; the best weights stay beside them, as best.safetensors.</summary>
public sealed record KeepRecipe
{
    /// <summary>How many of the newest, at least 1.</summary>
    public required int Last { get; init; }

    /// <summary>Those of steps that are multiples of this stay for good; 0 means none do.</summary>
    public required int Every { get; init; }

    internal static KeepRecipe Read(RecipeSection section) => new()
    {
        Last = section.Integer("last", 2, 1, 1_000_000),
        Every = section.Integer("every", 0, 0, int.MaxValue),
    };
}
