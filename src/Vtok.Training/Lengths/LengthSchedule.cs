using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Lengths;

/// <summary>How many tokens of a picture a training step shows: a pure function of seed, step and picture.</summary>
public sealed record LengthSchedule
{
    private const string Purpose = "length";

    private static readonly string[] Shapes = ["all", "uniform", "powers", "curriculum"]; // in the order of LengthShape

    /// <summary>How lengths are drawn.</summary>
    public LengthShape Shape { get; init; }

    /// <summary>Least length, at least 1. Above 1 the schedule is truncated: shorter prefixes are never trained.</summary>
    public int Least { get; init; } = 1;

    /// <summary>Largest length.</summary>
    public required int Most { get; init; }

    /// <summary>Whether every picture of a batch has a length of its own; otherwise one draw serves the batch.</summary>
    public bool PerPicture { get; init; }

    /// <summary>Share of all steps after which a curriculum's bound has come down to <see cref="Least"/>, above 0 and at most 1.</summary>
    public double Over { get; init; } = 0.5;

    /// <summary>Reads the "lengths" of a recipe.</summary>
    /// <param name="section">The section.</param>
    /// <param name="tokens">Tokens of the model.</param>
    /// <param name="fallback">The shape where nothing is said: as published.</param>
    internal static LengthSchedule Read(RecipeSection section, int tokens, LengthShape fallback)
    {
        string shape = section.Choice("shape", Shapes[(int)fallback], Shapes);
        var schedule = new LengthSchedule
        {
            Shape = (LengthShape)Array.IndexOf(Shapes, shape),
            Most = section.Integer("most", tokens, 1, tokens),
            Least = section.Integer("least", 1, 1, tokens),
            PerPicture = section.Choice("per", "batch", "batch", "picture") == "picture",
            Over = section.Number("over", 0.5, 1e-6, 1),
        };
        if (schedule.Least > schedule.Most)
            section.Fault("least", $"{schedule.Least} is more than the most, {schedule.Most}");
        return schedule;
    }

    /// <summary>The lengths of a step's pictures.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step.</param>
    /// <param name="steps">All steps of the run.</param>
    /// <param name="pictures">Pictures of the whole batch, over all processes.</param>
    /// <returns>As many lengths, each from <see cref="Least"/> to <see cref="Most"/>; all equal without <see cref="PerPicture"/>.</returns>
    public int[] At(int seed, long step, long steps, int pictures)
    {
        var draw = new RandomDraw(seed, step, Purpose);
        int[] lengths = new int[pictures];
        for (int i = 0; i < pictures; i++)
            lengths[i] = i == 0 || PerPicture ? Draw(ref draw, step, steps) : lengths[0];
        return lengths;
    }

    private int Draw(ref RandomDraw draw, long step, long steps) => Shape switch
    {
        LengthShape.Uniform => Least + draw.Next(Most - Least + 1),
        LengthShape.PowersOfTwo => Powers() is var powers ? powers[draw.Next(powers.Count)] : Most,
        LengthShape.Curriculum => Bound(step, steps) is var bound ? bound + draw.Next(Most - bound + 1) : Most,
        _ => Most,
    };

    // Powers of two from Least on, and Most itself.
    private List<int> Powers()
    {
        List<int> powers = [];
        for (long power = 1; power < Most; power *= 2)
            if (power >= Least)
                powers.Add((int)power);
        powers.Add(Most);
        return powers;
    }

    private int Bound(long step, long steps)
    {
        double done = Math.Min(1, step / Math.Max(1, Over * steps));
        return Most - (int)Math.Round(done * (Most - Least));
    }
}
