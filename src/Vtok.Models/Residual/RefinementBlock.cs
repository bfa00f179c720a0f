using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Residual;

/// <summary>x + conv3x3(leaky(conv3x3(x))), without normalisation: [B, C, h, w] to the same.</summary>
internal sealed class RefinementBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv1")] private readonly TorchSharp.Modules.Conv2d _first;
    [ComponentName(Name = "conv2")] private readonly TorchSharp.Modules.Conv2d _second;

    /// <summary>Creates a block; the second convolution starts small, so that the block starts near the identity.</summary>
    public RefinementBlock(int channels, RefinementInitialization start, Device device) : base(nameof(RefinementBlock))
    {
        _first = start.Convolution(channels, channels, 3, device);
        _second = start.Convolution(channels, channels, 3, device, gain: 0.3, zeroBias: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = functional.leaky_relu(_first.call(x), RefinementDecoder.LeakySlope);
        return (x + _second.call(hidden)).MoveToOuterDisposeScope();
    }
}
