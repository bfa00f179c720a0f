using Vtok.Training.Recipes;

namespace Vtok.Training.Losses;

/// <summary>Losses, weights and start of an <see cref="Adversary"/>. Defaults: TiTok's second stage.</summary>
public sealed record AdversarialSettings
{
    private static readonly string[] Forms = ["hinge", "vanilla", "non-saturating", "swapped"]; // in the order of AdversarialForm

    /// <summary>What the discriminator minimises.</summary>
    public AdversarialForm DiscriminatorForm { get; init; }

    /// <summary>What the generator minimises.</summary>
    public AdversarialForm GeneratorForm { get; init; }

    /// <summary>First step at which the discriminator is trained and heard.</summary>
    public long Start { get; init; } = 20_000;

    /// <summary>Whether the discriminator looks at both kinds of pictures before the start too, at weight 0, as LlamaGen publishes.</summary>
    /// <remarks>The statistics of its batch norm move then, and its optimizer counts steps.</remarks>
    public bool RunsBeforeStart { get; init; }

    /// <summary>Factor of both players' losses from the start on.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Weight of the discriminator's opinion in the generator's loss.</summary>
    public double Weight { get; init; } = 0.01;

    /// <summary>Whether that weight is multiplied by <see cref="AdaptiveWeight"/>.</summary>
    public bool Adaptive { get; init; }

    /// <summary>Weight of the LeCam regularisation (arXiv 2104.03310).</summary>
    public double LeCamWeight { get; init; } = 0.001;

    /// <summary>Decay of LeCam's averages.</summary>
    public double LeCamDecay { get; init; } = 0.999;

    /// <summary>Weight gamma of the R1 gradient penalty gamma / 2 E|dD/dx|^2 on real pictures (arXiv 1801.04406); 0 means none.</summary>
    public double PenaltyWeight { get; init; }

    /// <summary>Every how many steps the penalty is taken, then so many times as heavy (arXiv 1912.04958, appendix B).</summary>
    public int PenaltyEvery { get; init; } = 16;

    /// <summary>Reads the "discriminator" of a recipe.</summary>
    /// <param name="section">The section.</param>
    /// <param name="defaults">What holds where nothing is said.</param>
    /// <param name="adaptive">Whether the task can tell its last layer, without which there is no adaptive weight.</param>
    internal static AdversarialSettings Read(RecipeSection section, AdversarialSettings defaults, bool adaptive = false) => new()
    {
        DiscriminatorForm = Form(section, "loss", defaults.DiscriminatorForm),
        GeneratorForm = Form(section, "generatorLoss", defaults.GeneratorForm),
        Start = section.Integer("start", (int)defaults.Start, 0, int.MaxValue),
        RunsBeforeStart = section.Flag("runsBeforeStart", defaults.RunsBeforeStart),
        Factor = section.Number("factor", defaults.Factor, 0, 100),
        Weight = section.Number("weight", defaults.Weight, 0, 100),
        Adaptive = adaptive && section.Flag("adaptive", defaults.Adaptive),
        LeCamWeight = section.Number("lecam", defaults.LeCamWeight, 0, 100),
        PenaltyWeight = section.Number("r1", defaults.PenaltyWeight, 0, 1e6),
        PenaltyEvery = section.Integer("r1Every", defaults.PenaltyEvery, 1, 1_000_000),
    };

    private static AdversarialForm Form(RecipeSection section, string name, AdversarialForm fallback) =>
        (AdversarialForm)Array.IndexOf(Forms, section.Choice(name, Forms[(int)fallback], Forms));
}
