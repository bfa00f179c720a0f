using Vtok.Models.Weights;

namespace Vtok.Models.Perceptual;

/// <summary>LPIPS v0.1 with the AlexNet backbone: five convolutions instead of the thirteen of VGG16.</summary>
/// <remarks>Pictures with sides of 31 or more; keys as <see cref="LpipsLoss"/> says.</remarks>
public sealed class LpipsAlex : LpipsLoss
{
    private static readonly int[] PublishedWidths = [64, 192, 384, 256, 256];

    /// <summary>Creates the network with undefined weights.</summary>
    /// <param name="widths">Channels of the five slices; null means AlexNet's.</param>
    /// <exception cref="ArgumentException">Not five widths.</exception>
    public LpipsAlex(IReadOnlyList<int>? widths = null) : base(nameof(LpipsAlex), new AlexFeatures(widths ?? PublishedWidths), widths ?? PublishedWidths)
    {
    }

    /// <summary>Creates the network and loads its weights, backbone and heads together.</summary>
    /// <exception cref="CheckpointException">The weights are of another network or incomplete.</exception>
    public static LpipsAlex Load(IWeightSource weights, Device? device = null, IReadOnlyList<int>? widths = null) => Fill(new LpipsAlex(widths), weights, device);

    /// <summary>Creates the network and loads its weights from the two files that are published.</summary>
    /// <param name="backbone">AlexNet as torchvision names it (features.0.weight, ...); its classifier is not read.</param>
    /// <param name="heads">The linear layers of the authors of LPIPS (alex.pth: lin0.model.1.weight, ...).</param>
    /// <param name="device">Where it computes; null means the CPU.</param>
    /// <param name="widths">Channels of the five slices; null means AlexNet's.</param>
    /// <exception cref="CheckpointException">A file is of another network or incomplete.</exception>
    public static LpipsAlex Load(IWeightSource backbone, IWeightSource heads, Device? device = null, IReadOnlyList<int>? widths = null)
    {
        var network = new LpipsAlex(widths);
        return Fill(network, new LpipsWeights(backbone, heads, network), device);
    }
}
