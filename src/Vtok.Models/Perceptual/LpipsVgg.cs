using Vtok.Models.Weights;

namespace Vtok.Models.Perceptual;

/// <summary>LPIPS v0.1 with the VGG16 backbone: the perceptual loss of VQGAN and its followers.</summary>
/// <remarks>Pictures with sides of 16 or more; keys as <see cref="LpipsLoss"/> says.</remarks>
public sealed class LpipsVgg : LpipsLoss
{
    private static readonly int[] PublishedWidths = [64, 128, 256, 512, 512];

    /// <summary>Creates the network with undefined weights.</summary>
    /// <param name="widths">Channels of the five slices; null means VGG16's.</param>
    /// <exception cref="ArgumentException">Not five widths.</exception>
    public LpipsVgg(IReadOnlyList<int>? widths = null) : base(nameof(LpipsVgg), new VggFeatures(widths ?? PublishedWidths), widths ?? PublishedWidths)
    {
    }

    /// <summary>Creates the network and loads its weights, backbone and heads together.</summary>
    /// <exception cref="CheckpointException">The weights are of another network or incomplete.</exception>
    public static LpipsVgg Load(IWeightSource weights, Device? device = null, IReadOnlyList<int>? widths = null) => Fill(new LpipsVgg(widths), weights, device);
}
