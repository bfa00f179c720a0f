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
}
