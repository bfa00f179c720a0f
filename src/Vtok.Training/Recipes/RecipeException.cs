namespace Vtok.Training.Recipes;

/// <summary>A recipe that cannot be followed.</summary>
public sealed class RecipeException : Exception
{
    /// <summary>Creates an exception with one message.</summary>
    public RecipeException(RecipeError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>Creates an exception that lists every fault, one a line.</summary>
    public RecipeException(string source, IReadOnlyList<RecipeFault> faults)
        : base(Describe(source, faults))
        => (Error, Faults) = (RecipeError.Invalid, faults);

    /// <summary>The reason.</summary>
    public RecipeError Error { get; }

    /// <summary>All faults of the recipe, in the order of reading; empty unless <see cref="RecipeError.Invalid"/>.</summary>
    public IReadOnlyList<RecipeFault> Faults { get; } = [];

    private static string Describe(string source, IReadOnlyList<RecipeFault> faults) => faults.Count == 1
        ? $"{source}: {faults[0]}"
        : $"{source}: {faults.Count} faults{string.Concat(faults.Select(fault => $"\n  {fault}"))}";
}
