using System.Globalization;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>The five convolutions of torchvision's AlexNet (arXiv 1404.5997), one a slice.</summary>
/// <remarks>Keys: slice1.0, slice2.3, slice3.6, slice4.8, slice5.10: the layers' places in the published sequence, in which activations
/// and poolings count. A pooling comes before the second and the third slice.</remarks>
internal sealed class AlexFeatures : Module, ILpipsBackbone
{
    /// <summary>Least height and width of a picture: 7 after the first layer, 3 and 1 after the poolings.</summary>
    public const int Least = 31;

    private static readonly (int Place, int Kernel, int Stride, int Padding, bool Pooled)[] Plan =
        [(0, 11, 4, 2, false), (3, 5, 1, 2, true), (6, 3, 1, 1, true), (8, 3, 1, 1, false), (10, 3, 1, 1, false)];

    private readonly Conv2d[] _layers;

    public AlexFeatures(IReadOnlyList<int> widths) : base(nameof(AlexFeatures))
    {
        if (widths.Count != Plan.Length)
            throw new ArgumentException($"{widths.Count} widths, expected {Plan.Length}", nameof(widths));
        _layers = new Conv2d[Plan.Length];
        for (int level = 0; level < Plan.Length; level++)
        {
            (int place, int kernel, int stride, int padding, _) = Plan[level];
            _layers[level] = new Conv2d(level == 0 ? 3 : widths[level - 1], widths[level], kernel, stride, padding);
            register_module($"slice{level + 1}", Sequential((place.ToString(CultureInfo.InvariantCulture), (Module<Tensor, Tensor>)_layers[level])));
        }
    }

    public long LeastSide => Least;

    public IReadOnlyList<Tensor> Taps(Tensor pictures)
    {
        List<Tensor> taps = [];
        Tensor x = pictures;
        for (int level = 0; level < Plan.Length; level++)
        {
            x = Plan[level].Pooled ? functional.max_pool2d(x, 3, 2) : x;
            x = functional.relu(_layers[level].call(x));
            taps.Add(x);
        }
        return taps;
    }
}
