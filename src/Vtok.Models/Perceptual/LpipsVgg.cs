using TorchSharp.Utils;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>LPIPS v0.1 with the VGG16 backbone (arXiv 1801.03924): the perceptual loss of VQGAN and its followers. Frozen.</summary>
/// <remarks>
/// Pictures are [B, 3, H, W] in -1..1, H and W 16 or more; float32 whatever the autocast. Keys as published: net.slice1.0.weight, ...,
/// lin0.model.1.weight, ..., scaling_layer.shift and scaling_layer.scale.
/// </remarks>
public sealed class LpipsVgg : Module<Tensor, Tensor, Tensor>
{
    private const double Epsilon = 1e-10;
    private const double KeptShare = 0.5; // of the published dropout before the heads
    private const long LeastSide = 16;    // four poolings

    private static readonly int[] PublishedWidths = [64, 128, 256, 512, 512];

    [ComponentName(Name = "net")] private readonly VggFeatures _features;
    [ComponentName(Name = "scaling_layer")] private readonly LpipsScaling _scaling;
    private readonly LpipsHead[] _heads;

    /// <summary>Creates the network with undefined weights.</summary>
    /// <param name="widths">Channels of the five slices; null means VGG16's.</param>
    /// <exception cref="ArgumentException">Not five widths.</exception>
    public LpipsVgg(IReadOnlyList<int>? widths = null) : base(nameof(LpipsVgg))
    {
        widths ??= PublishedWidths;
        _features = new VggFeatures(widths);
        _heads = [.. widths.Select(width => new LpipsHead(width))];
        _scaling = new LpipsScaling();
        RegisterComponents();
        for (int level = 0; level < _heads.Length; level++)
            register_module($"lin{level}", _heads[level]);
        foreach (TorchSharp.Modules.Parameter parameter in parameters())
            parameter.requires_grad = false;
        eval();
    }

    /// <summary>Creates the network and loads its weights, backbone and heads together.</summary>
    /// <exception cref="CheckpointException">The weights are of another network or incomplete.</exception>
    public static LpipsVgg Load(IWeightSource weights, Device? device = null, IReadOnlyList<int>? widths = null)
    {
        LpipsVgg network = new(widths);
        try
        {
            WeightLoader.Load(network, weights, device);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>One distance a pair, with gradients for both pictures: [B, 1, 1, 1].</summary>
    public override Tensor forward(Tensor x, Tensor y) => Distance(x, y, (_, difference) => difference);

    /// <summary>The same with half of the squared differences left out at random, as LlamaGen's published training loop computes it.</summary>
    /// <remarks>Quirk: there the loss network is in training mode by oversight, so its dropout is active; without it the loss is smoother.</remarks>
    /// <param name="x">[B, 3, H, W] in -1..1.</param>
    /// <param name="y">The same shape.</param>
    /// <param name="generator">Source of the draws, on the pictures' device.</param>
    public Tensor WithDropout(Tensor x, Tensor y, Generator generator) => Distance(x, y, (_, difference) =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor kept = rand(difference.shape, device: difference.device, generator: generator).lt(KeptShare);
        return Drop(difference, kept).MoveToOuterDisposeScope();
    });

    /// <summary>The same with given masks, one a level, of the shape of its features.</summary>
    internal Tensor WithMasks(Tensor x, Tensor y, IReadOnlyList<Tensor> kept) => Distance(x, y, (level, difference) => Drop(difference, kept[level]));

    private Tensor Distance(Tensor x, Tensor y, Func<int, Tensor, Tensor> dropout)
    {
        PerceptualInput.CheckPair(x, y);
        if (x.ndim != 4 || x.size(1) != 3 || x.size(2) < LeastSide || x.size(3) < LeastSide)
            throw new ArgumentException($"pictures are [{string.Join(", ", x.shape)}], expected [B, 3, H, W] with H and W of {LeastSide} or more", nameof(x));
        using IDisposable? exact = Autocast.Suspend(x.device_type);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> ofX = Taps(x), ofY = Taps(y);
        Tensor sum = zeros(x.size(0), 1, 1, 1, device: x.device);
        for (int level = 0; level < _heads.Length; level++)
        {
            Tensor difference = (UnitLength(ofX[level]) - UnitLength(ofY[level])).square(); // [B, C, h, w]
            sum = sum + _heads[level].call(dropout(level, difference)).mean([2, 3], keepdim: true); // [B, 1, 1, 1]
        }
        return sum.MoveToOuterDisposeScope();
    }

    private IReadOnlyList<Tensor> Taps(Tensor pictures) => _features.Taps(_scaling.call(pictures.to(ScalarType.Float32)));

    private static Tensor Drop(Tensor difference, Tensor kept) => difference * kept.to(ScalarType.Float32) / KeptShare;

    // The root has no finite slope at zero: where a vector is zero throughout, value and gradient are zero.
    private static Tensor UnitLength(Tensor features)
    {
        Tensor squares = features.square().sum(1, keepdim: true); // [B, 1, h, w]
        Tensor empty = squares.eq(0);
        return features.masked_fill(empty, 0) / (squares.masked_fill(empty, 1).sqrt() + Epsilon);
    }
}
