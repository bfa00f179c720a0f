using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tests;

/// <summary>Recipes and run folders for tests.</summary>
internal static class TestRuns
{
    public const string Json = """{ "name": "test", "task": "residual-refine", "settings": { "model": "nowhere" } }""";

    public static Recipe Recipe(params string[] overrides) => Recipes.Recipe.Parse(Json, ["batch=8", "every.log=5", "every.save=5", "every.validate=0", .. overrides]);

    public static TrainingRun Run(string folder, Recipe recipe, CancellationToken stop = default)
        => new() { Recipe = recipe, Folder = folder, Stop = stop };

    /// <summary>A new folder under the system's temporary one.</summary>
    public static string Folder() => Directory.CreateTempSubdirectory("vtok-training-").FullName;
}
