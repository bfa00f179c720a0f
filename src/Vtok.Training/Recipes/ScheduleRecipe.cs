namespace Vtok.Training.Recipes;

/// <summary>How the learning rate runs over the steps.</summary>
public sealed record ScheduleRecipe
{
    /// <summary>Steps of linear rise from 0.</summary>
    public required int Warmup { get; init; }

    /// <summary>Share of all steps, the warm-up included, before the fall begins.</summary>
    public required double Constant { get; init; }

    /// <summary>Share of the learning rate that is left at the end.</summary>
    public required double Floor { get; init; }

    internal static ScheduleRecipe Read(RecipeSection section) => new()
    {
        Warmup = section.Integer("warmup", 50, 0, 1_000_000),
        Constant = section.Number("constant", 0.5, 0, 1),
        Floor = section.Number("floor", 0.01, 0, 1),
    };
}
