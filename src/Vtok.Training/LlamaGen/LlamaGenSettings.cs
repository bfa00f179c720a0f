using Vtok.Models.Discriminators;
using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;

namespace Vtok.Training.LlamaGen;

/// <summary>Settings of the task "llamagen-tokenizer". Defaults: as published.</summary>
public sealed record LlamaGenSettings
{
    private const int MostCounted = 1 << 24; // 128 MB of counts

    /// <summary>The network.</summary>
    public required LlamaGenConfig Network { get; init; }

    /// <summary>What is done for its codebooks.</summary>
    public required CodebookSettings Codebook { get; init; }

    /// <summary>Model folder or checkpoint that the network starts from, or null.</summary>
    public required string? StartFrom { get; init; }

    /// <summary>Whether only the decoder learns, over the tokens of an encoder and codebook that stay as they are.</summary>
    public required bool DecoderOnly { get; init; }

    /// <summary>Whether activations are computed again in the backward pass: less memory, a third more time.</summary>
    public required bool Checkpointing { get; init; }

    /// <summary>Weights of the loss terms.</summary>
    public required LlamaGenLossSettings Loss { get; init; }

    /// <summary>The perceptual distance.</summary>
    public required PictureDistanceSettings Distance { get; init; }

    /// <summary>The discriminator's losses, weight and start, or null for none.</summary>
    public required AdversarialSettings? Adversarial { get; init; }

    /// <summary>Size of a PatchGAN, or null where another is wanted.</summary>
    public required PatchDiscriminatorConfig? Patch { get; init; }

    /// <summary>Size of a StyleGAN discriminator, or null where another is wanted.</summary>
    public required StyleDiscriminatorConfig? Style { get; init; }

    /// <summary>Learning rate of the discriminator.</summary>
    public required double DiscriminatorRate { get; init; }

    /// <summary>Side of the training crops.</summary>
    public required int Side { get; init; }

    /// <summary>Least side of the square that a crop shows, as a share of the picture's shorter side.</summary>
    public required double LeastShare { get; init; }

    /// <summary>How pictures are read.</summary>
    public required PictureSettings Pictures { get; init; }

    /// <summary>Folder of the network that judges held-out pictures, or null for none.</summary>
    public required string? Judge { get; init; }

    /// <summary>Side of the held-out squares.</summary>
    public required int ValidationSide { get; init; }

    /// <summary>Every how many pictures of the validation folder one is measured.</summary>
    public required int ValidateEvery { get; init; }

    /// <summary>Without a validation folder every so many-th picture of the data is held out; 0 for none.</summary>
    public required int HoldOut { get; init; }

    /// <summary>At most so many pictures are held out.</summary>
    public required int HoldOutMost { get; init; }

    internal static LlamaGenSettings Read(RecipeSection section)
    {
        LlamaGenConfig network = LlamaGenNetworkRecipe.Read(section.Section("network"), section.Section("quantizer"));
        int side = section.Integer("side", 256, 8, 4096);
        RecipeSection losses = section.Section("losses"), discriminator = section.Section("discriminator");
        string kind = discriminator.Choice("kind", "patchgan", "patchgan", "stylegan", "none");
        // Read whatever the kind, so that a recipe is made one without by its kind alone.
        AdversarialSettings adversarial = AdversarialSettings.Read(discriminator, PublishedAdversary, adaptive: true);
        double rate = discriminator.Number("lr", 1e-4, 0, 10);
        int channels = discriminator.Integer("channels", kind == "stylegan" ? 512 : 64, 1, 4096), layers = kind == "stylegan" ? 0 : discriminator.Integer("layers", 3, 1, 8);
        var settings = new LlamaGenSettings
        {
            Network = network,
            Codebook = CodebookSettings.Read(section.Section("codebook")),
            StartFrom = section.File("startFrom"),
            DecoderOnly = section.Flag("decoderOnly", false),
            Checkpointing = section.Flag("checkpointing", false),
            Loss = new LlamaGenLossSettings
            {
                Squared = losses.Choice("reconstruction", "l2", "l2", "l1") == "l2",
                ReconstructionWeight = losses.Number("reconstructionWeight", 1, 0, 1000),
                PerceptualWeight = losses.Number("perceptualWeight", 1, 0, 1000),
                PerceptualDropout = losses.Flag("perceptualDropout", false),
            },
            Distance = PictureDistanceSettings.Read(losses, "lpips"),
            Adversarial = kind == "none" ? null : adversarial,
            Patch = kind == "patchgan" ? new PatchDiscriminatorConfig { Channels = channels, Layers = layers } : null,
            Style = kind == "stylegan" ? new StyleDiscriminatorConfig { PictureSide = side }.AtMost(channels) : null,
            DiscriminatorRate = kind == "none" ? 0 : rate,
            Side = side,
            LeastShare = section.Number("leastShare", 0.8, 0.01, 1),
            Pictures = PictureSettings.Read(section),
            Judge = section.File("judge", "checkpoints/perceptual-squeezenet-lpips") is var judge and not "none" ? judge : null,
            ValidationSide = section.Integer("validationSide", side, 8, 4096),
            ValidateEvery = section.Integer("validateEvery", 1, 1, 1_000_000),
            HoldOut = section.Integer("holdOut", 10, 0, 1_000_000),
            HoldOutMost = section.Integer("holdOutMost", 64, 1, 1_000_000),
        };
        settings.FindContradictions(section);
        return settings;
    }

    /// <summary>The discriminator's part as published: the factor weighs both players' losses, and the start is the 20,000th step, the first one being 0 here.</summary>
    internal static AdversarialSettings PublishedAdversary { get; } = new() { Start = 19_999, Factor = 0.5, Weight = 1, LeCamWeight = 0 };

    private void FindContradictions(RecipeSection section)
    {
        foreach ((string name, int side) in new[] { ("side", Side), ("validationSide", ValidationSide) })
            if (side % Network.Factor != 0)
                section.Fault(name, $"{side} is not a multiple of the {Network.Factor} pixels of a token");
        if (Loss.ReconstructionWeight == 0 && (Loss.PerceptualWeight == 0 || Distance.Name == "none"))
            section.Fault("losses", "neither the pixels nor a perceptual distance weigh: there is nothing to learn from");
        Distance.CheckSide(section, "side", Side);
        if (Loss.PerceptualDropout && !Distance.Name.StartsWith("lpips", StringComparison.Ordinal))
            section.Fault("losses.perceptualDropout", $"only LPIPS has dropout, and the distance is {Distance.Name}");
        if (DecoderOnly && StartFrom is null)
            section.Fault("decoderOnly", "needs a model to start from: startFrom");
        if (Network.Kind is not (QuantizerKind.Vector or QuantizerKind.Residual) && (Codebook.Cluster || Codebook.Free > 0 || Codebook.Revive))
            section.Fault("codebook", "this quantizer has no codebook to start or to revive");
        if (DecoderOnly && (Codebook.Cluster || Codebook.Free > 0 || Codebook.Revive))
            section.Fault("codebook", "training the decoder alone leaves the codes as they are");
        if (Network.Kind is not QuantizerKind.Residual && Network.CodebookSize > MostCounted)
            section.Fault("quantizer", $"{Network.CodebookSize} codes, and the use of at most {MostCounted} is counted while training");
        if (Patch is { } patch && Side < patch.LeastSide)
            section.Fault("discriminator.layers", $"a PatchGAN of {patch.Layers} layers looks at pictures of {patch.LeastSide} pixels or more, found a side of {Side}");
        if (HoldOut == 1)
            section.Fault("holdOut", "1 would hold every picture out; expected 0 for none, or 2 and more");
        if (Style is not null && !int.IsPow2(Side))
            section.Fault("side", $"the StyleGAN discriminator wants a power of two, found {Side}");
    }
}
