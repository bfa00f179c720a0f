using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vqgan;

/// <summary>Two 3x3 convolutions, each after group norm and swish, around a shortcut: [B, in, H, W] to [B, out, H, W].</summary>
/// <remarks>Keys: norm1, conv1, norm2, conv2 and, where the widths differ, nin_shortcut (1x1).</remarks>
internal sealed class VqganResidualBlock : Module<Tensor, Tensor>
{
    internal const double Epsilon = 1e-6;

    [ComponentName(Name = "norm1")] private readonly GroupNorm _norm1;
    [ComponentName(Name = "conv1")] private readonly Conv2d _conv1;
    [ComponentName(Name = "norm2")] private readonly GroupNorm _norm2;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "nin_shortcut")] private readonly Conv2d? _shortcut;

    public VqganResidualBlock(int inputs, int outputs, int groups) : base(nameof(VqganResidualBlock))
    {
        _norm1 = new GroupNorm(groups, inputs, Epsilon);
        _conv1 = new Conv2d(inputs, outputs, 3, padding: 1);
        _norm2 = new GroupNorm(groups, outputs, Epsilon);
        _conv2 = new Conv2d(outputs, outputs, 3, padding: 1);
        _shortcut = inputs == outputs ? null : new Conv2d(inputs, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor first = Convolve(_norm1, _conv1, input); // freed at once where no graph holds it
        using Tensor second = Convolve(_norm2, _conv2, first);
        return (second + (_shortcut?.call(input) ?? input)).MoveToOuterDisposeScope();
    }

    private static Tensor Convolve(GroupNorm norm, Conv2d convolution, Tensor input)
    {
        using Tensor normed = norm.call(input);
        using Tensor active = functional.silu(normed);
        return convolution.call(active);
    }
}
