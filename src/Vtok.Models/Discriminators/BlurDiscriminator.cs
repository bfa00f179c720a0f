using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>The discriminator that TiTok's second stage trains against: pictures [B, 3, H, W] in 0..1 to logits [B, 1, 16, 16].</summary>
/// <remarks>Keys: block_in.0, blocks.{i}.0 (convolution), .1 (blur), .2 (norm), to_logits.0, to_logits.2. Values are undefined until loaded or
/// <see cref="Initialize"/>d.</remarks>
public sealed class BlurDiscriminator : Module<Tensor, Tensor>
{
    internal const double Slope = 0.1;
    private const long PooledSide = 16;

    [ComponentName(Name = "block_in")] private readonly TorchSharp.Modules.Sequential _stem;
    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.ModuleList<BlurStage> _stages;
    [ComponentName(Name = "to_logits")] private readonly TorchSharp.Modules.Sequential _head;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public BlurDiscriminator(BlurDiscriminatorConfig config) : base(nameof(BlurDiscriminator))
    {
        config.Validate();
        int channels = config.HiddenChannels;
        _stem = Sequential(("0", new Conv2d(config.PictureChannels, channels, 5, padding: 2)), ("1", LeakyReLU(Slope)));
        _stages = ModuleList<BlurStage>();
        for (int stage = 0; stage < config.Stages; stage++)
        {
            int inputs = channels;
            channels = config.HiddenChannels << stage;
            _stages.Add(new BlurStage(inputs, channels, config));
        }
        _head = Sequential(("0", new Conv2d(channels, channels, 1)), ("1", LeakyReLU(Slope)), ("2", new Conv2d(channels, 1, 5, padding: 2)));
        RegisterComponents();
    }

    /// <summary>Draws all weights as the published training starts.</summary>
    public void Initialize(Generator generator)
    {
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
            convolution.Initialize(generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _stem.call(input);
        foreach (BlurStage stage in _stages)
            features = stage.call(features);
        Tensor pooled = functional.adaptive_max_pool2d(features, [PooledSide, PooledSide]); // [B, C, 16, 16], smaller ones are enlarged
        return _head.call(pooled).MoveToOuterDisposeScope();
    }
}
