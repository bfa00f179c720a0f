namespace Vtok.Training.Recipes;

/// <summary>Every how many steps something is done; 0 means only at the end.</summary>
public sealed record IntervalRecipe
{
    /// <summary>A line in the log.</summary>
    public required int Log { get; init; }

    /// <summary>A validation.</summary>
    public required int Validate { get; init; }

    /// <summary>A checkpoint.</summary>
    public required int Save { get; init; }

    /// <summary>A sheet of reconstructions.</summary>
    public required int Sheet { get; init; }

    /// <summary>A comparison of the weights of all processes, which must be the same to the bit.</summary>
    public required int Compare { get; init; }

    /// <summary>Whether the model is validated before the first step as well, at step 0.</summary>
    public bool ValidateFirst { get; init; }

    internal static IntervalRecipe Read(RecipeSection section) => new()
    {
        Log = section.Integer("log", 20, 0, 1_000_000),
        Validate = section.Integer("validate", 500, 0, 100_000_000),
        ValidateFirst = section.Flag("validateFirst", false),
        Save = section.Integer("save", 500, 0, 100_000_000),
        Sheet = section.Integer("sheet", 2000, 0, 100_000_000),
        Compare = section.Integer("compare", 500, 0, 100_000_000),
    };
}
