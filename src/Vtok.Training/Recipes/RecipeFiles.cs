using Vtok.Models.Weights;

namespace Vtok.Training.Recipes;

/// <summary>Reads the checkpoints and models that a recipe names.</summary>
internal static class RecipeFiles
{
    /// <summary>Reads a file or folder; what is wrong with it begins with its place in the recipe.</summary>
    /// <param name="place">Such as "settings.startFrom".</param>
    /// <param name="path">What the recipe says there.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="CheckpointException">It is missing, damaged, or of another network.</exception>
    public static T Read<T>(string place, string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (CheckpointException e)
        {
            string advice = e.Error != CheckpointError.Missing ? ""
                : Path.IsPathRooted(path) || Path.Exists(path) ? $" (name one that is there: --set {place}=...)"
                : $" from {Directory.GetCurrentDirectory()}, beside the recipe or in a folder above it (name one that is there: --set {place}=...)";
            throw new CheckpointException(e.Error, $"{place}={path}: {e.Message}{advice}", e);
        }
    }

    /// <summary>Opens weights and fills a network with them.</summary>
    /// <param name="place">As in <see cref="Read"/>.</param>
    /// <param name="path">As in <see cref="Read"/>.</param>
    /// <param name="fill">Copies what it needs.</param>
    /// <exception cref="CheckpointException">They are missing, damaged, or of another network.</exception>
    public static void Fill(string place, string path, Action<IWeightSource> fill) => Read(place, path, found =>
    {
        using IWeightSource source = WeightFiles.OpenPath(found);
        fill(source);
        return true;
    });
}
