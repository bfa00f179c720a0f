namespace Vtok.Training.Recipes;

/// <summary>Why a recipe was refused.</summary>
public enum RecipeError
{
    /// <summary>The file is missing or cannot be read.</summary>
    Unreadable,

    /// <summary>The text is no JSON object.</summary>
    NotJson,

    /// <summary>One or more values are wrong; <see cref="RecipeException.Faults"/> lists all of them.</summary>
    Invalid,

    /// <summary>The recipe asks for something that this machine or these files do not have.</summary>
    Unavailable,
}
