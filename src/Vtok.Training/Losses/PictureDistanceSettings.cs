using Vtok.Models.Perceptual;
using Vtok.Training.Recipes;

namespace Vtok.Training.Losses;

/// <summary>Which <see cref="PictureDistance"/>, and where its weights are.</summary>
public sealed record PictureDistanceSettings
{
    /// <summary>"none", "mobilenetv2" (ships), "lpips", "convnext_s" or "lpips-convnext_s-a-b" with two weights.</summary>
    public string Name { get; init; } = "none";

    /// <summary>Folder of the MobileNetV2 weights.</summary>
    public string MobileNetFolder { get; init; } = "checkpoints/perceptual-mobilenetv2";

    /// <summary>Weights of ConvNeXt-S, or null.</summary>
    public string? ConvNext { get; init; }

    /// <summary>Weights of VGG16, or null.</summary>
    public string? Vgg { get; init; }

    /// <summary>LPIPS's linear layers, or null.</summary>
    public string? Heads { get; init; }

    /// <summary>Reads them from the "losses" of a recipe.</summary>
    internal static PictureDistanceSettings Read(RecipeSection losses, string fallback)
    {
        var settings = new PictureDistanceSettings();
        settings = new PictureDistanceSettings
        {
            Name = losses.Text("perceptual", fallback)!,
            MobileNetFolder = losses.Text("mobilenetv2", settings.MobileNetFolder)!,
            ConvNext = losses.Text("convnext"),
            Vgg = losses.Text("vgg"),
            Heads = losses.Text("lpips"),
        };
        if (settings.Name is not ("none" or PictureDistance.MobileNet) && PerceptualMixtureConfig.Parse(settings.Name) is null)
            losses.Fault("perceptual", $"\"{settings.Name}\" is unknown; expected none, {PictureDistance.MobileNet}, lpips, convnext_s, or lpips-convnext_s-a-b with two weights");
        return settings;
    }
}
