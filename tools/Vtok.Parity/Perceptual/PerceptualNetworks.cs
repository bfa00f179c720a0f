using Vtok.Models.Perceptual;

namespace Vtok.Parity.Perceptual;

/// <summary>Opens the networks that ship, from checkpoints/ above the program.</summary>
internal static class PerceptualNetworks
{
    /// <summary>MobileNetV2.</summary>
    public static MobileNetV2 MobileNet() => MobileNetV2.Open(GoldenFiles.Find(AppContext.BaseDirectory, "checkpoints/perceptual-mobilenetv2"));

    /// <summary>LPIPS-SqueezeNet.</summary>
    public static LpipsSqueeze Lpips() => LpipsSqueeze.Open(GoldenFiles.Find(AppContext.BaseDirectory, "checkpoints/perceptual-squeezenet-lpips"));

    /// <summary>Bytes as both networks take them.</summary>
    public static Tensor ToInput(Tensor bytes) => bytes.to(ScalarType.Float32) / 127.5 - 1;
}
