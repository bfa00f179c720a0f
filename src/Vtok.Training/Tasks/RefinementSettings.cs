using Vtok.Models.Discriminators;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;

namespace Vtok.Training.Tasks;

/// <summary>Settings of the "residual-refine" task: stage B of the residual tokenizer, a decoder network over fixed tokens.</summary>
public sealed record RefinementSettings
{
    /// <summary>Model folder with the books (stage A); other heads in it are kept.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the head: "faithful" is trained on pixels, "vivid" on pixels, a perceptual distance and the grid penalty.</summary>
    public required string Look { get; init; }

    /// <summary>Head of the model folder whose weights it starts from, or null for random ones.</summary>
    public required string? StartFrom { get; init; }

    /// <summary>Channels at 1/4, 1/8 and 1/16 of the picture's side.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Crops of each picture that are encoded once.</summary>
    public required int Crops { get; init; }

    /// <summary>Smallest side of a random crop as a share of the shorter side.</summary>
    public required double CropLeast { get; init; }

    /// <summary>Side of the square that a step trains on, a multiple of 32.</summary>
    public required int Window { get; init; }

    /// <summary>Whether the blocks are computed again in the backward pass instead of kept.</summary>
    public required bool Checkpointing { get; init; }

    /// <summary>Folder for the crops and their tokens; null means the run folder.</summary>
    public required string? Cache { get; init; }

    /// <summary>Every how many pictures of the validation folder one is measured.</summary>
    public required int ValidateEvery { get; init; }

    /// <summary>Folder of the perceptual network that judges the held-out pictures, or null for none. No loss uses it.</summary>
    public required string? Judge { get; init; }

    /// <summary>Model folder of the MobileNetV2 whose distance "vivid" uses.</summary>
    public required string PerceptualModel { get; init; }

    /// <summary>Weight of the perceptual distance in "vivid".</summary>
    public required double PerceptualWeight { get; init; }

    /// <summary>Weight of 1 - MS-SSIM in "faithful"; at 0 it is not computed.</summary>
    public required double StructureWeight { get; init; }

    /// <summary>Weight of the grid penalty; 0 by default in "faithful".</summary>
    public required double GridWeight { get; init; }

    /// <summary>Weight of the penalty of a fine weave; 0 by default in "faithful".</summary>
    public required double WeaveWeight { get; init; }

    /// <summary>Weight of the penalty of detail that all pictures have in common, in "faithful"; at 0 it is not computed.</summary>
    public required double FixedPatternWeight { get; init; }

    /// <summary>Weight of the penalty of power at frequencies where photographs have none, in "vivid".</summary>
    public required double ExcessWeight { get; init; }

    /// <summary>Periods that the grid penalty folds by.</summary>
    public required IReadOnlyList<int> GridPeriods { get; init; }

    /// <summary>The discriminator's losses, weight and start in "vivid", or null for none.</summary>
    public required AdversarialSettings? Adversarial { get; init; }

    /// <summary>Size of the discriminator, a PatchGAN.</summary>
    public required PatchDiscriminatorConfig Patch { get; init; }

    /// <summary>Learning rate of the discriminator.</summary>
    public required double DiscriminatorRate { get; init; }

    internal static RefinementSettings Read(RecipeSection section)
    {
        string model = section.RequiredFile("model"), look = section.Choice("look", "faithful", "faithful", "vivid");
        RecipeSection discriminator = section.Section("discriminator");
        string kind = discriminator.Choice("kind", "none", "patchgan", "none");
        // Read whatever the kind, so that a recipe is made one without by its kind alone.
        AdversarialSettings adversarial = AdversarialSettings.Read(discriminator, new AdversarialSettings { Start = 0, Weight = 0.05 }, adaptive: true);
        var settings = new RefinementSettings
        {
            Model = model,
            Look = look,
            StartFrom = section.Text("startFrom"),
            Widths = section.Integers("widths", [48, 96, 160], 4, 1024),
            Crops = section.Integer("crops", 3, 1, 100),
            CropLeast = section.Number("cropLeast", 0.8, 0.1, 1),
            Window = section.Integer("window", 128, 32, 256),
            Checkpointing = section.Flag("checkpointing", false),
            Cache = section.Text("cache"),
            ValidateEvery = section.Integer("validateEvery", 3, 1, 1_000_000),
            Judge = section.File("judge", "checkpoints/perceptual-squeezenet-lpips") is var judge and not "none" ? judge : null,
            PerceptualModel = section.File("perceptualModel", "checkpoints/perceptual-mobilenetv2") ?? "",
            PerceptualWeight = section.Number("perceptualWeight", 0.2, 0, 100),
            StructureWeight = section.Number("structureWeight", 0, 0, 1000),
            GridWeight = section.Number("gridWeight", look == "vivid" ? 0.15 : 0, 0, 1000),
            WeaveWeight = section.Number("weaveWeight", look == "vivid" ? 0.1 : 0, 0, 1000),
            FixedPatternWeight = section.Number("fixedPatternWeight", 0, 0, 1000),
            ExcessWeight = section.Number("excessWeight", 2, 0, 1000),
            GridPeriods = section.Integers("gridPeriods", [16, 32], 2, 128),
            Adversarial = kind == "none" ? null : adversarial,
            Patch = new PatchDiscriminatorConfig { Channels = discriminator.Integer("channels", 32, 1, 4096), Layers = discriminator.Integer("layers", 3, 1, 5) },
            DiscriminatorRate = discriminator.Number("lr", 1e-4, 0, 10),
        };
        if (settings.Window % 32 != 0)
            section.Fault("window", $"expected a multiple of 32, found {settings.Window}");
        if (settings.Widths.Count != 3 || settings.Widths.Any(width => width % 4 != 0))
            section.Fault("widths", $"expected three multiples of 4, found [{string.Join(", ", settings.Widths)}]");
        foreach (int period in settings.GridPeriods.Where(period => settings.Window % period != 0))
            section.Fault("gridPeriods", $"{period} does not divide the window {settings.Window}");
        int seen = (int)(settings.Window * VividLoss.WindowShare);
        if (settings.Adversarial is not null && seen < settings.Patch.LeastSide)
            discriminator.Fault("layers", $"a PatchGAN of {settings.Patch.Layers} layers looks at {settings.Patch.LeastSide} pixels or more, and of a window of {settings.Window} it is shown {seen}");
        if (look != "vivid" && settings.Adversarial is not null)
            discriminator.Fault("kind", $"only \"vivid\" has a discriminator, and the look is \"{look}\"");
        return settings;
    }
}
