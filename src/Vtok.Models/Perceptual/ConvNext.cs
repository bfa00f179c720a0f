using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>ConvNeXt (arXiv 2201.03545): normalised pictures [B, 3, H, W] to class logits [B, classes].</summary>
/// <remarks>Keys as in torchvision: features.0 (stem), odd features (blocks), even features (downsampling), classifier. Values are undefined until loaded.</remarks>
public sealed class ConvNext : Module<Tensor, Tensor>
{
    internal const double NormEpsilon = 1e-6;

    [ComponentName(Name = "features")] private readonly TorchSharp.Modules.Sequential _features;
    [ComponentName(Name = "classifier")] private readonly TorchSharp.Modules.Sequential _classifier;

    /// <summary>Creates the network.</summary>
    public ConvNext(ConvNextConfig config) : base(nameof(ConvNext))
    {
        List<(string, Module<Tensor, Tensor>)> features = [];
        int channels = config.Stages[0].Channels;
        Append(Sequential(("0", new Conv2d(3, channels, 4, stride: 4)), ("1", new ChannelNorm(channels, NormEpsilon))));
        for (int stage = 0; stage < config.Stages.Count; stage++)
        {
            (int next, int blocks) = config.Stages[stage];
            if (stage > 0)
                Append(Sequential(("0", new ChannelNorm(channels, NormEpsilon)), ("1", new Conv2d(channels, next, 2, stride: 2))));
            channels = next;
            Append(Sequential([.. Enumerable.Range(0, blocks).Select(i => ($"{i}", (Module<Tensor, Tensor>)new ConvNextBlock(next)))]));
        }
        _features = Sequential(features);
        _classifier = Sequential(("0", new ChannelNorm(channels, NormEpsilon)), ("1", Flatten()), ("2", new Linear(channels, config.Classes)));
        RegisterComponents();

        void Append(Module<Tensor, Tensor> part) => features.Add(($"{features.Count}", part));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = _features.call(input).mean([2, 3], keepdim: true); // [B, C, 1, 1]
        return _classifier.call(pooled).MoveToOuterDisposeScope();
    }
}
