namespace Vtok.Training.Recipes;

/// <summary>When a run that goes wrong is stopped.</summary>
public sealed record HealthRecipe
{
    /// <summary>Whether a run stops when its codebook has come down to one code. A loss that is no number always stops it.</summary>
    public bool StopOnCollapse { get; init; } = true;

    internal static HealthRecipe Read(RecipeSection section) => new() { StopOnCollapse = section.Flag("stopOnCollapse", true) };
}
