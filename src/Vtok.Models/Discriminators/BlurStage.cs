using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>One stage of a <see cref="BlurDiscriminator"/>: [B, in, H, W] to [B, out, H / 2, W / 2]. Keys: 0 (convolution), 1 (blur), 2 (norm).</summary>
internal sealed class BlurStage : Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")] private readonly Conv2d _convolution;
    [ComponentName(Name = "1")] private readonly BlurDownsample? _blur;
    [ComponentName(Name = "2")] private readonly GroupNorm _norm;

    public BlurStage(int inputs, int outputs, BlurDiscriminatorConfig config) : base(nameof(BlurStage))
    {
        _convolution = new Conv2d(inputs, outputs, 3, padding: 1);
        _blur = config.Blur ? new BlurDownsample(config.BlurKernel) : null;
        _norm = new GroupNorm(config.NormGroups, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _convolution.call(input);
        Tensor halved = _blur is null ? functional.avg_pool2d(features, 2, 2) : _blur.call(features);
        return functional.leaky_relu(_norm.call(halved), BlurDiscriminator.Slope).MoveToOuterDisposeScope();
    }
}
