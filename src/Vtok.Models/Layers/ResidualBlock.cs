using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Two 3x3 convolutions, each after group norm and SiLU, around a shortcut: [B, in, H, W] to [B, out, H, W].</summary>
/// <remarks>Keys: norm1, conv1, norm2, conv2 and, where the widths differ, the shortcut (1x1): nin_shortcut in the VQGANs, conv_shortcut in diffusers.</remarks>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    /// <summary>Epsilon of every group norm of these networks.</summary>
    public const double Epsilon = 1e-6;

    [ComponentName(Name = "norm1")] private readonly GroupNorm _norm1;
    [ComponentName(Name = "conv1")] private readonly Conv2d _conv1;
    [ComponentName(Name = "norm2")] private readonly GroupNorm _norm2;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "nin_shortcut")] private readonly Conv2d? _shortcut;
    [ComponentName(Name = "conv_shortcut")] private readonly Conv2d? _diffusersShortcut;

    public ResidualBlock(int inputs, int outputs, int groups, bool diffusers) : base(nameof(ResidualBlock))
    {
        _norm1 = new GroupNorm(groups, inputs, Epsilon);
        _conv1 = new Conv2d(inputs, outputs, 3, padding: 1);
        _norm2 = new GroupNorm(groups, outputs, Epsilon);
        _conv2 = new Conv2d(outputs, outputs, 3, padding: 1);
        Conv2d? shortcut = inputs == outputs ? null : new Conv2d(inputs, outputs, 1);
        (_shortcut, _diffusersShortcut) = diffusers ? (null, shortcut) : (shortcut, (Conv2d?)null);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Chain.Run(input, [_norm1, Chain.Silu, _conv1, _norm2, Chain.Silu, _conv2]);
        return InPlace.Add(hidden, (_shortcut ?? _diffusersShortcut)?.call(input) ?? input).MoveToOuterDisposeScope();
    }
}
