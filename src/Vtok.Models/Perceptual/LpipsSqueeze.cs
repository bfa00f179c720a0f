using Vtok.Models.Weights;
using Vtok.Torch;

namespace Vtok.Models.Perceptual;

/// <summary>LPIPS v0.1 with the SqueezeNet 1.1 backbone (arXiv 1801.03924): the judge of this project, never a training loss.</summary>
/// <remarks>Pictures are [B, 3, H, W] in -1..1, H and W <see cref="LeastSide"/> or more. Frozen, float32 whatever the autocast.</remarks>
public sealed class LpipsSqueeze : IDisposable
{
    /// <summary>Smallest side of pictures that it measures.</summary>
    public const int LeastSide = 32;

    private const double Epsilon = 1e-10;
    private const int ClassCount = 1000;

    /// <summary>ImageNet's mean and deviation for inputs in -1..1, with the published rounding.</summary>
    private static readonly float[] Shift = [-0.030f, -0.088f, -0.188f];
    private static readonly float[] Scale = [0.458f, 0.448f, 0.450f];

    /// <summary>Index in "features", squeezed and expanded channels of the fire modules.</summary>
    private static readonly (int Index, int Squeeze, int Expand)[] Plan =
        [(3, 16, 64), (4, 16, 64), (6, 32, 128), (7, 32, 128), (9, 48, 192), (10, 48, 192), (11, 64, 256), (12, 64, 256)];

    /// <summary>Fire modules that a pooling comes before, and those whose output is a tap.</summary>
    private static readonly int[] Pooled = [3, 6, 9];
    private static readonly int[] Tapped = [4, 7, 9, 10, 11, 12];

    private readonly FrozenWeights _weights;
    private readonly Device _device;
    private readonly FrozenConvolution _stem;
    private readonly (int Index, FireModule Module)[] _fires;
    private readonly FrozenConvolution _classifier;
    private readonly Tensor[] _heads; // [1, C, 1, 1] each, none negative

    private LpipsSqueeze(FrozenWeights weights, Device device)
    {
        (_weights, _device) = (weights, device);
        int channels = 64;
        List<int> tapChannels = [channels];
        _stem = weights.Convolution("features.0", 3, channels, 3, stride: 2);
        _fires = new (int, FireModule)[Plan.Length];
        for (int i = 0; i < Plan.Length; i++)
        {
            _fires[i] = (Plan[i].Index, new FireModule(weights, $"features.{Plan[i].Index}", channels, Plan[i].Squeeze, Plan[i].Expand));
            channels = 2 * Plan[i].Expand;
            if (Tapped.Contains(Plan[i].Index))
                tapChannels.Add(channels);
        }
        _classifier = weights.Convolution("classifier.1", channels, ClassCount, 1);
        _heads = [.. tapChannels.Select((count, l) => weights.Take($"lin{l}.model.1.weight", 1, count, 1, 1))];
        weights.Finish();
    }

    /// <summary>Opens a folder with model.safetensors, such as checkpoints/perceptual-squeezenet-lpips.</summary>
    /// <exception cref="CheckpointException">It is not there, damaged, or of another network.</exception>
    public static LpipsSqueeze Open(string folder, Device? device = null)
    {
        Device target = device ?? CPU;
        FrozenWeights weights = new(folder, target);
        try
        {
            return new LpipsSqueeze(weights, target);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>One distance a pair: 0 for equal pictures, never negative.</summary>
    /// <param name="x">[B, 3, H, W] in -1..1.</param>
    /// <param name="y">The same shape.</param>
    /// <returns>[B].</returns>
    public Tensor Distance(Tensor x, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        return Layers(x, y).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>The weighted distance of each of the seven layers, from fine to coarse.</summary>
    /// <returns>[B, 7].</returns>
    public Tensor Layers(Tensor x, Tensor y)
    {
        PerceptualInput.CheckPair(x, y);
        using IDisposable? full = Autocast.Suspend(_device.type);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] ofX = Features(x), ofY = Features(y);
        return stack(_heads.Select((head, l) => LayerDistance(ofX[l], ofY[l], head)), dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>The seven taps after their activation, [B, C, h, w] each.</summary>
    /// <param name="pictures">[B, 3, H, W] in -1..1.</param>
    public Tensor[] Features(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor shift = tensor(Shift, device: _device).view(1, 3, 1, 1);
        Tensor scale = tensor(Scale, device: _device).view(1, 3, 1, 1);
        Tensor[] taps = Run((PerceptualInput.Check(pictures) - shift) / scale);
        return [.. taps.Select(tap => tap.MoveToOuterDisposeScope())];
    }

    /// <summary>Scores of the ImageNet-1k classes; a check of the weights.</summary>
    /// <param name="normalized">[B, 3, H, W], ImageNet's mean subtracted and divided by its deviation.</param>
    /// <returns>[B, 1000].</returns>
    public Tensor Logits(Tensor normalized)
    {
        using IDisposable? full = Autocast.Suspend(_device.type);
        using DisposeScope scope = NewDisposeScope();
        Tensor last = Run(PerceptualInput.Check(normalized))[^1];
        return nn.functional.relu(_classifier.Valid(last)).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _weights.Dispose();

    private Tensor[] Run(Tensor x)
    {
        using IDisposable? full = Autocast.Suspend(_device.type);
        x = nn.functional.relu(_stem.Valid(x)); // [B, 64, (H - 1) / 2, (W - 1) / 2]
        List<Tensor> taps = [x];
        foreach ((int index, FireModule fire) in _fires)
        {
            if (Pooled.Contains(index))
                x = nn.functional.max_pool2d(x, 3, 2, ceil_mode: true);
            x = fire.Apply(x);
            if (Tapped.Contains(index))
                taps.Add(x);
        }
        return [.. taps];
    }

    private static Tensor LayerDistance(Tensor x, Tensor y, Tensor head) =>
        ((UnitLength(x) - UnitLength(y)).square() * head).sum(1).mean([1, 2]); // [B, C, h, w] -> [B]

    // Quirk: the published epsilon stands outside the root, so the gradient at an all-zero feature is not finite. Inside it the figures would differ.
    private static Tensor UnitLength(Tensor features) =>
        features / (features.square().sum(1, keepdim: true).sqrt() + Epsilon);
}
