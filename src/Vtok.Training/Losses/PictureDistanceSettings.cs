using Vtok.Models.Perceptual;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;

namespace Vtok.Training.Losses;

/// <summary>Which <see cref="PictureDistance"/>, and where its weights are.</summary>
public sealed record PictureDistanceSettings
{
    private const string Place = "settings.losses.";

    /// <summary>"none", "mobilenetv2" (ships), "lpips", "lpips-alex", "convnext_s" or "lpips-convnext_s-a-b" with two weights.</summary>
    public string Name { get; init; } = "none";

    /// <summary>Folder of the MobileNetV2 weights.</summary>
    public string MobileNetFolder { get; init; } = "checkpoints/perceptual-mobilenetv2";

    /// <summary>Weights of ConvNeXt-S, or null.</summary>
    public string? ConvNext { get; init; }

    /// <summary>Weights of the backbone of LPIPS (VGG16, or AlexNet with "lpips-alex"), or null.</summary>
    public string? Backbone { get; init; }

    /// <summary>LPIPS's linear layers, or null.</summary>
    public string? Heads { get; init; }

    /// <summary>Least side of the pictures that it can compare.</summary>
    public int LeastSide => Name == PictureDistance.MobileNet ? MobileNetDistance.LeastSide : Mixture?.LeastSide ?? 1;

    /// <summary>The parts of a distance of user-supplied weights; null for the others.</summary>
    internal PerceptualMixtureConfig? Mixture => PerceptualMixtureConfig.Parse(Name);

    /// <summary>Where the recipe names its weights, such as "settings.losses.vgg=vgg16.pth".</summary>
    internal string Places => string.Join(", ", Files.Select(file => $"{Place}{file.Key}={file.Path}"));

    private IEnumerable<(string Key, string What, string? Path)> Files
    {
        get
        {
            if (Mixture is not { } mixture)
                yield return ("mobilenetv2", "MobileNetV2", MobileNetFolder);
            if (Mixture is { ConvNext: not null })
                yield return ("convnext", "ConvNeXt-S", ConvNext);
            if (Mixture is { Lpips: not null } lpips)
            {
                yield return (BackboneKey(lpips), lpips.Alex ? "AlexNet" : "VGG16", Backbone);
                yield return ("lpips", "LPIPS's linear layers", Heads);
            }
        }
    }

    /// <summary>Reads them from the "losses" of a recipe.</summary>
    internal static PictureDistanceSettings Read(RecipeSection losses, string fallback)
    {
        string name = losses.Text("perceptual", fallback)!;
        PerceptualMixtureConfig? mixture = PerceptualMixtureConfig.Parse(name);
        var settings = new PictureDistanceSettings
        {
            Name = name,
            MobileNetFolder = losses.File("mobilenetv2", new PictureDistanceSettings().MobileNetFolder)!,
            ConvNext = losses.File("convnext"),
            Backbone = losses.File(BackboneKey(mixture)),
            Heads = losses.File("lpips"),
        };
        if (settings.Name is not ("none" or PictureDistance.MobileNet) && mixture is null)
            losses.Fault("perceptual", $"\"{settings.Name}\" is unknown; expected none, {PictureDistance.MobileNet}, lpips, lpips-alex, convnext_s, or lpips-convnext_s-a-b with two weights");
        return settings;
    }

    /// <summary>A fault unless pictures of that side can be compared.</summary>
    internal void CheckSide(RecipeSection section, string name, int side)
    {
        if (side < LeastSide)
            section.Fault(name, $"the distance {Name} compares pictures of {LeastSide} pixels or more, found {side}");
    }

    /// <summary>Throws unless every file that it needs is named.</summary>
    internal void CheckFiles()
    {
        foreach ((string key, string what, string? path) in Files)
            if (path is null)
                throw new CheckpointException(CheckpointError.Missing, $"{Place}{key}: the distance {Name} needs the weights of {what}, which do not ship; name the file, or take {PictureDistance.MobileNet}, which ships");
    }

    private static string BackboneKey(PerceptualMixtureConfig? mixture) => mixture is { Alex: true } ? "alexnet" : "vgg";
}
