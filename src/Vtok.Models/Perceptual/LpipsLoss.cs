using TorchSharp.Utils;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>LPIPS v0.1 (arXiv 1801.03924) as a loss: squared differences of unit-length features, weighted by channel, over a frozen backbone.</summary>
/// <remarks>
/// Pictures are [B, 3, H, W] in -1..1; float32 whatever the autocast. Keys as published: net.slice1.0.weight, ...,
/// lin0.model.1.weight, ..., scaling_layer.shift and scaling_layer.scale.
/// </remarks>
public abstract class LpipsLoss : Module<Tensor, Tensor, Tensor>
{
    private const double Epsilon = 1e-10;
    private const double KeptShare = 0.5; // of the published dropout before the heads

    [ComponentName(Name = "net")] private readonly ILpipsBackbone _backbone;
    [ComponentName(Name = "scaling_layer")] private readonly LpipsScaling _scaling = new();
    private readonly LpipsHead[] _heads;

    private protected LpipsLoss(string name, ILpipsBackbone backbone, IReadOnlyList<int> widths) : base(name)
    {
        (_backbone, _heads) = (backbone, [.. widths.Select(width => new LpipsHead(width))]);
        RegisterComponents();
        for (int level = 0; level < _heads.Length; level++)
            register_module($"lin{level}", _heads[level]);
        foreach (TorchSharp.Modules.Parameter parameter in parameters())
            parameter.requires_grad = false;
        eval();
    }

    /// <summary>Fills a new network, backbone and heads together.</summary>
    private protected static T Fill<T>(T network, IWeightSource weights, Device? device) where T : LpipsLoss
    {
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
    /// <param name="generators">Source of the draws of each picture, on the CPU, so that these do not depend on the pictures beside it.</param>
    public Tensor WithDropout(Tensor x, Tensor y, IReadOnlyList<Generator> generators)
    {
        if (x.size(0) != generators.Count)
            throw new ArgumentException($"{generators.Count} sources of draws for {x.size(0)} pictures", nameof(generators));
        return Distance(x, y, (_, difference) =>
        {
            using DisposeScope scope = NewDisposeScope();
            long[] shape = [1, difference.size(1), difference.size(2), difference.size(3)];
            Tensor kept = cat([.. generators.Select(generator => rand(shape, generator: generator).lt(KeptShare))]); // [B, C, h, w]
            return Drop(difference, kept.to(difference.device)).MoveToOuterDisposeScope();
        });
    }

    /// <summary>The same with given masks, one a level, of the shape of its features.</summary>
    internal Tensor WithMasks(Tensor x, Tensor y, IReadOnlyList<Tensor> kept) => Distance(x, y, (level, difference) => Drop(difference, kept[level]));

    private Tensor Distance(Tensor x, Tensor y, Func<int, Tensor, Tensor> dropout)
    {
        PerceptualInput.CheckPair(x, y);
        long least = _backbone.LeastSide;
        if (x.ndim != 4 || x.size(1) != 3 || x.size(2) < least || x.size(3) < least)
            throw new ArgumentException($"pictures are [{string.Join(", ", x.shape)}], expected [B, 3, H, W] with H and W of {least} or more", nameof(x));
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

    private IReadOnlyList<Tensor> Taps(Tensor pictures) => _backbone.Taps(_scaling.call(pictures.to(ScalarType.Float32)));

    private static Tensor Drop(Tensor difference, Tensor kept) => difference * kept.to(ScalarType.Float32) / KeptShare;

    // The root has no finite slope at zero: where a vector is zero throughout, value and gradient are zero.
    private static Tensor UnitLength(Tensor features)
    {
        Tensor squares = features.square().sum(1, keepdim: true); // [B, 1, h, w]
        Tensor empty = squares.eq(0);
        return features.masked_fill(empty, 0) / (squares.masked_fill(empty, 1).sqrt() + Epsilon);
    }
}
