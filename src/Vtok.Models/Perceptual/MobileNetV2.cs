using Vtok.Models.Weights;
using Vtok.Torch;

namespace Vtok.Models.Perceptual;

/// <summary>MobileNetV2 1.0 (arXiv 1801.04381), ImageNet-1k, frozen, batch normalisation folded in; float32 whatever the autocast.</summary>
/// <remarks>Pictures are [B, 3, H, W] in -1..1, H and W 32 or more. Gradients flow to the pictures.</remarks>
public sealed class MobileNetV2 : IDisposable
{
    private const int StemChannels = 32;
    private const int HeadChannels = 1280;
    private const int Expansion = 6;
    private const int ClassCount = 1000;

    /// <summary>Output channels and stride of the blocks 1 to 17 (table 2 of the paper).</summary>
    private static readonly (int Channels, int Stride)[] Plan =
    [
        (16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (64, 1),
        (96, 1), (96, 1), (96, 1), (160, 2), (160, 1), (160, 1), (320, 1),
    ];

    private readonly FrozenWeights _weights;
    private readonly FrozenConvolution _stem;
    private readonly InvertedResidual[] _blocks;
    private readonly FrozenConvolution _head;
    private readonly Tensor _classifierWeight; // [1000, 1280]
    private readonly Tensor _classifierBias;   // [1000]

    private MobileNetV2(FrozenWeights weights, Device device)
    {
        (_weights, Device) = (weights, device);
        _stem = weights.Convolution("features.0.0", 3, StemChannels, 3, stride: 2);
        _blocks = new InvertedResidual[Plan.Length];
        int channels = StemChannels;
        for (int i = 0; i < Plan.Length; i++)
        {
            _blocks[i] = new InvertedResidual(weights, $"features.{i + 1}.conv", channels, Plan[i].Channels, Plan[i].Stride, expansion: i == 0 ? 1 : Expansion);
            channels = Plan[i].Channels;
        }
        _head = weights.Convolution("features.18.0", channels, HeadChannels, 1);
        _classifierWeight = weights.Take("classifier.1.weight", ClassCount, HeadChannels);
        _classifierBias = weights.Take("classifier.1.bias", ClassCount);
        weights.Finish();
    }

    /// <summary>Number of values of <see cref="Pooled"/>.</summary>
    public static int FeatureCount => HeadChannels;

    /// <summary>Device of the weights.</summary>
    public Device Device { get; }

    /// <summary>Opens a folder with model.safetensors, such as checkpoints/perceptual-mobilenetv2.</summary>
    /// <exception cref="CheckpointException">It is not there, damaged, or of another network.</exception>
    public static MobileNetV2 Open(string folder, Device? device = null)
    {
        Device target = device ?? CPU;
        FrozenWeights weights = new(folder, target);
        try
        {
            return new MobileNetV2(weights, target);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Outputs of chosen blocks, in ascending order.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    /// <param name="blocks">Ascending numbers from 1 to 17; what comes after the last is not computed.</param>
    /// <returns>[B, C, h, w] each; linear outputs, so negative values occur.</returns>
    public Tensor[] Features(Tensor pictures, params IReadOnlyList<int> blocks)
    {
        using IDisposable? full = Autocast.Suspend(Device.type);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Stem(pictures);
        List<Tensor> taps = [];
        for (int k = 1; k <= blocks[^1]; k++)
        {
            x = _blocks[k - 1].Apply(x);
            if (taps.Count < blocks.Count && blocks[taps.Count] == k)
                taps.Add(x);
        }
        return [.. taps.Select(tap => tap.MoveToOuterDisposeScope())];
    }

    /// <summary>Mean over height and width of the last activation: the features of mbn-KID.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    /// <returns>[B, 1280], each 0..6.</returns>
    public Tensor Pooled(Tensor pictures)
    {
        using IDisposable? full = Autocast.Suspend(Device.type);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Stem(pictures);
        foreach (InvertedResidual block in _blocks)
            x = block.Apply(x);
        return nn.functional.relu6(_head.Valid(x)).mean([2, 3]).MoveToOuterDisposeScope(); // [B, 1280]
    }

    /// <summary>Scores of the ImageNet-1k classes from pooled features.</summary>
    /// <param name="pooled">[B, 1280] of <see cref="Pooled"/>.</param>
    /// <returns>[B, 1000].</returns>
    public Tensor Logits(Tensor pooled)
    {
        using IDisposable? full = Autocast.Suspend(Device.type);
        return nn.functional.linear(pooled, _classifierWeight, _classifierBias);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _weights.Dispose();

    private Tensor Stem(Tensor pictures) => nn.functional.relu6(_stem.Same(PerceptualInput.Check(pictures))); // [B, 32, H/2, W/2]
}
