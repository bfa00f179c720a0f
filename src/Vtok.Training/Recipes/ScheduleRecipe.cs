using Vtok.Training.Optimization;

namespace Vtok.Training.Recipes;

/// <summary>How the learning rate runs over the steps.</summary>
public sealed record ScheduleRecipe
{
    private const string HoldShape = "rise-hold-fall";
    private const string CosineShape = "cosine";
    private const string ConstantShape = "constant";

    /// <summary>"rise-hold-fall"; "cosine" and "constant" are those of <see cref="TickSchedule"/>, which do not hold.</summary>
    public string Shape { get; init; } = HoldShape;

    /// <summary>Steps of linear rise from 0.</summary>
    public required int Warmup { get; init; }

    /// <summary>Share of all steps, the warm-up included, before the fall begins.</summary>
    public required double Constant { get; init; }

    /// <summary>Share of the learning rate that is left at the end.</summary>
    public required double Floor { get; init; }

    /// <summary>Whether the rate falls after the rise.</summary>
    public bool Falls => Shape != ConstantShape;

    /// <summary>The rate over the steps.</summary>
    /// <param name="rate">Largest rate.</param>
    /// <param name="steps">All steps.</param>
    public ILearningRate Over(double rate, long steps) => Shape == HoldShape
        ? new LearningRateSchedule(this, rate, steps)
        : TickSchedule.Model(rate, Floor * rate, Warmup, steps) with { Cosine = Falls };

    internal static ScheduleRecipe Read(RecipeSection section) => new()
    {
        Shape = section.Choice("shape", HoldShape, HoldShape, CosineShape, ConstantShape),
        Warmup = section.Integer("warmup", 50, 0, 1_000_000),
        Constant = section.Number("constant", 0.5, 0, 1),
        Floor = section.Number("floor", 0.01, 0, 1),
    };
}
