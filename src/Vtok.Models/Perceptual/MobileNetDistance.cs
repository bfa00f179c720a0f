using Vtok.Torch;

namespace Vtok.Models.Perceptual;

/// <summary>The distance "mbp": a differentiable perceptual loss over MobileNetV2 features, made for this project.</summary>
/// <remarks>
/// Mean over five layers of the squared distance of unit-length features, so 0..4; 2 to 4 times an LPIPS of the same pair. It hardly sees a
/// change of brightness: use it beside a pixel loss, weight 0.1 to 1. Its layer at half size is left out because a shift by one pixel moves it
/// by a quarter of its range.
/// </remarks>
/// <param name="network">The network; the caller owns it.</param>
public sealed class MobileNetDistance(MobileNetV2 network)
{
    /// <summary>Least height and width of a picture.</summary>
    public const int LeastSide = PerceptualInput.MinSide;

    private const double Epsilon = 1e-6;
    private static readonly int[] Blocks = [3, 6, 10, 13, 17];

    /// <summary>One distance a pair; gradients flow to whatever asks for them.</summary>
    /// <param name="x">[B, 3, H, W] in -1..1, H and W <see cref="LeastSide"/> or more.</param>
    /// <param name="y">The same shape.</param>
    /// <returns>[B].</returns>
    public Tensor Distance(Tensor x, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        return Layers(x, y).mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>The distance of each of the five layers, from fine to coarse.</summary>
    /// <returns>[B, 5], each 0..4.</returns>
    public Tensor Layers(Tensor x, Tensor y)
    {
        PerceptualInput.CheckPair(x, y);
        using IDisposable? full = Autocast.Suspend(network.Device.type);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] ofX = network.Features(x, Blocks), ofY = network.Features(y, Blocks);
        return stack(ofX.Zip(ofY, LayerDistance), dim: 1).MoveToOuterDisposeScope();
    }

    private static Tensor LayerDistance(Tensor x, Tensor y) =>
        (UnitLength(x) - UnitLength(y)).square().sum(1).mean([1, 2]); // [B, C, h, w] -> [B]

    private static Tensor UnitLength(Tensor features) =>
        features * (features.square().sum(1, keepdim: true) + Epsilon).rsqrt();
}
