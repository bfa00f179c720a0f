using System.Globalization;
using System.Text.RegularExpressions;

namespace Vtok.Models.Perceptual;

/// <summary>The parts of a <see cref="PerceptualMixture"/> and their weights.</summary>
/// <param name="Lpips">Weight of LPIPS, or null without it.</param>
/// <param name="ConvNext">Weight of the ConvNeXt logits, or null without them.</param>
/// <param name="Alex">Whether the backbone of LPIPS is AlexNet; else VGG16, as published with the tokenizers.</param>
public sealed partial record PerceptualMixtureConfig(double? Lpips, double? ConvNext, bool Alex = false)
{
    /// <summary>Least height and width of a picture.</summary>
    public int LeastSide => Lpips is null ? 1 : Alex ? AlexFeatures.Least : VggFeatures.Least;

    /// <summary>Reads a published name: "convnext_s", "lpips", or "lpips-convnext_s-a-b" with the weights a and b, one of them above 0; or ours, "lpips-alex".</summary>
    /// <returns>Null when it is none of these.</returns>
    public static PerceptualMixtureConfig? Parse(string name) => name switch
    {
        "lpips" => new(1, null),
        "lpips-alex" => new(1, null, Alex: true),
        "convnext_s" => new(null, 1),
        _ when Mixture().Match(name) is { Success: true } match && Number(match.Groups[1]) is var a && Number(match.Groups[2]) is var b && a + b > 0 => new(a, b),
        _ => null,
    };

    private static double Number(Group text) => double.Parse(text.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^lpips-convnext_s-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$")]
    private static partial Regex Mixture();
}
