namespace Vtok.Models.Perceptual;

/// <summary>Shape of a <see cref="ConvNext"/>.</summary>
/// <param name="Stages">Channels and blocks of each stage.</param>
/// <param name="Classes">Classes.</param>
public sealed record ConvNextConfig(IReadOnlyList<(int Channels, int Blocks)> Stages, int Classes)
{
    /// <summary>ConvNeXt-S on ImageNet-1k.</summary>
    public static ConvNextConfig Small { get; } = new([(96, 3), (192, 3), (384, 27), (768, 3)], 1000);
}
