using Vtok.Training.Recipes;

namespace Vtok.Training.Optimization;

/// <summary>The learning rate as a pure function of the step: linear rise, constant, cosine fall.</summary>
/// <param name="recipe">Shape.</param>
/// <param name="rate">Rate of the constant part.</param>
/// <param name="steps">All steps.</param>
public sealed class LearningRateSchedule(ScheduleRecipe recipe, double rate, long steps) : ILearningRate
{
    /// <summary>The rate of a step.</summary>
    /// <param name="step">0 for the first; after the last step the floor.</param>
    public double At(long step)
    {
        double rise = recipe.Warmup == 0 ? 1 : Math.Min(1, (step + 1.0) / recipe.Warmup);
        double fallStart = recipe.Constant * steps;
        double fallen = steps > fallStart ? Math.Clamp((step - fallStart) / (steps - fallStart), 0, 1) : 0;
        double fall = recipe.Floor + (1 - recipe.Floor) * 0.5 * (1 + Math.Cos(Math.PI * fallen));
        return rate * rise * fall;
    }
}
