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

    /// <summary>Creates the network and loads its weights from the two files that are published.</summary>
    /// <param name="backbone">VGG16 as torchvision names it (features.0.weight, ...); its classifier is not read.</param>
    /// <param name="heads">The linear layers of the authors of LPIPS (vgg.pth: lin0.model.1.weight, ...).</param>
    /// <param name="device">Where it computes; null means the CPU.</param>
    /// <param name="widths">Channels of the five slices; null means VGG16's.</param>
    /// <exception cref="CheckpointException">A file is of another network or incomplete.</exception>
    public static LpipsVgg Load(IWeightSource backbone, IWeightSource heads, Device? device = null, IReadOnlyList<int>? widths = null)
    {
        var network = new LpipsVgg(widths);
        return Fill(network, new LpipsWeights(backbone, heads, network), device);
    }
}
