using Vtok.Models.Discriminators;
using Vtok.Models.OneDPiece;
using Vtok.Training.Data;
using Vtok.Training.Lengths;
using Vtok.Training.Losses;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;

namespace Vtok.Training.Titok;

/// <summary>Settings of the tasks "titok-stage1", "titok-stage2" and "titok-single-stage". Defaults: as published with TiTok.</summary>
public sealed record TitokSettings
{
    /// <summary>The network in the form of its stage.</summary>
    public required OneDPieceConfig Network { get; init; }

    /// <summary>Checkpoint of the proxy tokenizer (MaskGIT-VQGAN), or null; stage one needs it, stage two starts its pixel decoder from it, or from <see cref="StartFrom"/> where that has one.</summary>
    public required string? Proxy { get; init; }

    /// <summary>Checkpoint that the network starts from, or null; stage two needs one of stage one or two.</summary>
    public required string? StartFrom { get; init; }

    /// <summary>The perceptual distance.</summary>
    public required PictureDistanceSettings Distance { get; init; }

    /// <summary>How many tokens a step shows: with nested models uniform as published, else always all.</summary>
    public required LengthSchedule Lengths { get; init; }

    /// <summary>Weights of the loss terms.</summary>
    public required PixelLossSettings Loss { get; init; }

    /// <summary>The discriminator's weights and start, or null for none.</summary>
    public required AdversarialSettings? Adversarial { get; init; }

    /// <summary>Size of the discriminator.</summary>
    public required BlurDiscriminatorConfig Discriminator { get; init; }

    /// <summary>Learning rate of the discriminator.</summary>
    public required double DiscriminatorRate { get; init; }

    /// <summary>How the codebook is looked after; null where it is frozen or there is none.</summary>
    public CodebookSettings? Codebook { get; init; }

    /// <summary>Whether single-stage training leaves encoder and codebook as they are: fine-tuning for pictures of a kind, the tokens staying valid.</summary>
    public bool DecoderOnly { get; init; }

    /// <summary>Whether the transformers' blocks are computed again in the backward pass instead of kept.</summary>
    public bool Checkpointing { get; init; }

    /// <summary>Folder of the text features that the decoder reads beside the tokens, a file a picture; null where they come with the pictures, or it reads no text.</summary>
    public string? Text { get; init; }

    /// <summary>The same of the held-out pictures.</summary>
    public string? ValidationText { get; init; }

    /// <summary>How pictures are read.</summary>
    public required PictureSettings Pictures { get; init; }

    /// <summary>Folder of the perceptual network that judges the held-out pictures, or null for none. No loss uses it.</summary>
    public required string? Judge { get; init; }

    /// <summary>Every how many pictures of the validation folder one is measured.</summary>
    public required int ValidateEvery { get; init; }

    internal static TitokSettings Read(RecipeSection section, OneDPieceForm form)
    {
        bool single = form == OneDPieceForm.OneStage, pixels = form != OneDPieceForm.StageOne;
        RecipeSection losses = section.Section("losses");
        PictureDistanceSettings distance = pixels ? PictureDistanceSettings.Read(losses, single ? "lpips-convnext_s-1.0-0.1" : "convnext_s") : new();
        RecipeSection discriminator = section.Section("discriminator");
        bool adversarial = pixels && discriminator.Flag("enabled", true);
        int channels = 128, groups = 32, stages = 3;
        double rate = 1e-4;
        AdversarialSettings? settings = null;
        if (pixels)
        {
            channels = discriminator.Integer("channels", channels, 1, 4096);
            groups = discriminator.Integer("groups", groups, 1, 4096);
            stages = discriminator.Integer("stages", stages, 1, 8);
            rate = discriminator.Number("lr", rate, 0, 10);
            settings = AdversarialSettings.Read(discriminator, new AdversarialSettings { Start = single ? 200_000 : 20_000, Weight = single ? 0.1 : 0.01 });
            if (channels % groups != 0)
                discriminator.Fault("groups", $"{channels} channels do not divide into {groups} groups");
        }
        OneDPieceConfig network = TitokNetworkRecipe.Read(section.Section("network"), form);
        RecipeSection lengths = section.Section("lengths");
        var schedule = LengthSchedule.Read(lengths, network.LatentTokens, network.Nested ? LengthShape.Uniform : LengthShape.All);
        if (!network.Nested && (schedule.Shape != LengthShape.All || schedule.Most != network.LatentTokens))
            lengths.Fault("shape", "this model decodes all of its tokens only; prefixes need a nested one");
        string? text = network.Text is null ? null : section.File("text"), heldText = network.Text is null ? null : section.File("validationText", text);
        bool decoderOnly = single && section.Flag("decoderOnly", false);
        var loss = new PixelLossSettings
        {
            Squared = !pixels || losses.Choice("reconstruction", "l2", "l2", "l1") == "l2",
            ReconstructionWeight = pixels ? losses.Number("reconstructionWeight", 1, 0, 1000) : 1,
            PerceptualWeight = pixels ? losses.Number("perceptualWeight", single ? 1.1 : 0.1, 0, 1000) : 0,
            QuantizerWeight = losses.Number("quantizerWeight", form == OneDPieceForm.TwoStage ? 0 : 1, 0, 1000),
            DivergenceWeight = single ? losses.Number("divergenceWeight", 1e-6, 0, 1000) : 0,
        };
        if (loss.ReconstructionWeight == 0 && (loss.PerceptualWeight == 0 || distance.Name == "none"))
            section.Fault("losses", "neither the pixels nor a perceptual distance weigh: there is nothing to learn from");
        distance.CheckSide(section, "network.crop", network.CropSize);
        CodebookSettings? codebook = form == OneDPieceForm.TwoStage || network.Continuous ? null : CodebookSettings.Read(section.Section("codebook"));
        if (decoderOnly && codebook is { Cluster: true } or { Free: > 0 } or { Revive: true })
            section.Fault("codebook", "training the decoder alone leaves the codes as they are");
        return new TitokSettings
        {
            Network = network,
            DecoderOnly = decoderOnly,
            Text = text,
            ValidationText = heldText,
            Codebook = decoderOnly ? null : codebook,
            Lengths = schedule,
            Proxy = single ? null : section.File("proxy"),
            StartFrom = section.File("startFrom"),
            Distance = distance,
            Loss = loss,
            Adversarial = adversarial ? settings : null,
            Discriminator = new BlurDiscriminatorConfig { HiddenChannels = channels, NormGroups = groups, Stages = stages },
            DiscriminatorRate = rate,
            Checkpointing = section.Flag("checkpointing", false),
            Pictures = PictureSettings.Read(section),
            Judge = section.File("judge", "checkpoints/perceptual-squeezenet-lpips") is var judge and not "none" ? judge : null,
            ValidateEvery = section.Integer("validateEvery", 1, 1, 1_000_000),
        };
    }
}
