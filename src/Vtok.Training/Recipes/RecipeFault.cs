namespace Vtok.Training.Recipes;

/// <summary>One thing that is wrong in a recipe.</summary>
/// <param name="Path">JSON path, such as "optimizer.lr".</param>
/// <param name="Message">What is wrong, what was expected.</param>
public sealed record RecipeFault(string Path, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Message}";
}
