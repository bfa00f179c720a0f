namespace Vtok.Models.Perceptual;

/// <summary>A frozen network whose features LPIPS compares.</summary>
internal interface ILpipsBackbone
{
    /// <summary>Least side of a picture, pixels.</summary>
    long LeastSide { get; }

    /// <summary>The last activation of each slice, [B, C, h, w] each, of scaled pictures [B, 3, H, W].</summary>
    IReadOnlyList<Tensor> Taps(Tensor pictures);
}
