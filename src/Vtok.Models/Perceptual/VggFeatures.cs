using System.Globalization;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>The thirteen convolutions of VGG16 (arXiv 1409.1556) in five slices, a pooling before each but the first.</summary>
/// <remarks>Keys: slice1.0, slice1.2, slice2.5, ...: the layers' places in the published sequence, in which activations and poolings count.</remarks>
internal sealed class VggFeatures : Module, ILpipsBackbone
{
    /// <summary>Least height and width of a picture: it is halved four times.</summary>
    public const int Least = 16;

    /// <summary>Places of the convolutions of each slice.</summary>
    private static readonly int[][] Places = [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]];

    private readonly Conv2d[][] _slices;

    public VggFeatures(IReadOnlyList<int> widths) : base(nameof(VggFeatures))
    {
        if (widths.Count != Places.Length)
            throw new ArgumentException($"{widths.Count} widths, expected {Places.Length}", nameof(widths));
        _slices = new Conv2d[Places.Length][];
        for (int level = 0, channels = 3; level < Places.Length; channels = widths[level++])
        {
            int width = widths[level], inputs = channels;
            _slices[level] = [.. Places[level].Select((_, i) => new Conv2d(i == 0 ? inputs : width, width, 3, padding: 1))];
            register_module($"slice{level + 1}", Sequential([.. Places[level].Zip(_slices[level], (place, layer) =>
                (place.ToString(CultureInfo.InvariantCulture), (Module<Tensor, Tensor>)layer))]));
        }
    }

    public long LeastSide => Least;

    public IReadOnlyList<Tensor> Taps(Tensor pictures)
    {
        List<Tensor> taps = [];
        Tensor x = pictures;
        foreach (Conv2d[] slice in _slices)
        {
            x = taps.Count == 0 ? x : functional.max_pool2d(x, 2);
            x = slice.Aggregate(x, (x, layer) => functional.relu(layer.call(x)));
            taps.Add(x);
        }
        return taps;
    }
}
