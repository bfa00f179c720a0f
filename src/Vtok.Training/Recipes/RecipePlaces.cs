namespace Vtok.Training.Recipes;

/// <summary>Where the weights that a recipe names are looked for: from the current folder, then beside the recipe, then from each folder above it.</summary>
/// <param name="folder">Folder of the recipe's file, or null where there is none.</param>
internal sealed class RecipePlaces(string? folder)
{
    /// <summary>The full path of a file or folder, so that the saved recipe means the same from anywhere; the name as it is where nothing has it.</summary>
    public string Find(string name) => Above().Select(place => Path.GetFullPath(name, place)).FirstOrDefault(Path.Exists) ?? name;

    private IEnumerable<string> Above()
    {
        yield return Directory.GetCurrentDirectory();
        for (string? place = folder is null ? null : Path.GetFullPath(folder); place is not null; place = Path.GetDirectoryName(place))
            yield return place;
    }
}
