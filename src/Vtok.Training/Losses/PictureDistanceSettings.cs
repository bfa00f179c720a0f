using Vtok.Models.Perceptual;
using Vtok.Training.Recipes;

namespace Vtok.Training.Losses;

/// <summary>Which <see cref="PictureDistance"/>, and where its weights are.</summary>
public sealed record PictureDistanceSettings
{
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

    /// <summary>Reads them from the "losses" of a recipe.</summary>
    internal static PictureDistanceSettings Read(RecipeSection losses, string fallback)
    {
        var settings = new PictureDistanceSettings();
        string name = losses.Text("perceptual", fallback)!;
        PerceptualMixtureConfig? mixture = PerceptualMixtureConfig.Parse(name);
        settings = new PictureDistanceSettings
        {
            Name = name,
            MobileNetFolder = losses.Text("mobilenetv2", settings.MobileNetFolder)!,
            ConvNext = losses.Text("convnext"),
            Backbone = losses.Text(mixture is { Alex: true } ? "alexnet" : "vgg"),
            Heads = losses.Text("lpips"),
        };
        if (settings.Name is not ("none" or PictureDistance.MobileNet) && mixture is null)
            losses.Fault("perceptual", $"\"{settings.Name}\" is unknown; expected none, {PictureDistance.MobileNet}, lpips, lpips-alex, convnext_s, or lpips-convnext_s-a-b with two weights");
        return settings;
    }
}
