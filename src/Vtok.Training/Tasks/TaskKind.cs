using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>A kind of task that a recipe can name: reads its settings and runs it.</summary>
public abstract class TaskKind
{
    /// <summary>The value of "task" in the recipe.</summary>
    public abstract string Name { get; }

    /// <summary>Reads the "settings" of the recipe; faults are collected by <paramref name="section"/>.</summary>
    public abstract object ReadSettings(RecipeSection section);

    /// <summary>Runs the task to its end, or to the first reason to stop.</summary>
    public abstract TrainingOutcome Run(TrainingRun run);

    /// <summary>Writes the model folder of the best weights that a run has reached so far; the run may be going on.</summary>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="best">The run's best.safetensors.</param>
    /// <param name="folder">Model folder to write.</param>
    /// <exception cref="RecipeException">Tasks of this kind have nothing before their end.</exception>
    public virtual void Export(Recipe recipe, string best, string folder)
        => throw new RecipeException(RecipeError.Unavailable, $"a {Name} run has no result before its end");
}
