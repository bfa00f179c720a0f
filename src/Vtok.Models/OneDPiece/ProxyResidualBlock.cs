using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Residual block of the MaskGIT-VQGAN: [B, in, H, W] to [B, out, H, W]. Keys: norm1, conv1, norm2, conv2, nin_shortcut.</summary>
internal sealed class ProxyResidualBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly GroupNorm _norm1;
    [ComponentName(Name = "conv1")] private readonly Conv2d _conv1;
    [ComponentName(Name = "norm2")] private readonly GroupNorm _norm2;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "nin_shortcut")] private readonly Conv2d? _shortcut;

    public ProxyResidualBlock(int inputs, int outputs, int groups) : base(nameof(ProxyResidualBlock))
    {
        _norm1 = new GroupNorm(groups, inputs, ResidualBlock.Epsilon);
        _conv1 = new Conv2d(inputs, outputs, 3, padding: 1, bias: false);
        _norm2 = new GroupNorm(groups, outputs, ResidualBlock.Epsilon);
        _conv2 = new Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        _shortcut = inputs == outputs ? null : new Conv2d(outputs, outputs, 1, bias: false);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _conv1.Initialize(generator);
        _conv2.Initialize(generator);
        _shortcut?.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Chain.Run(input, [_norm1, Chain.Silu, _conv1, _norm2, Chain.Silu, _conv2]);
        // Quirk: where the channels change, the shortcut reads the block's own output and the input is dropped. Reading the input, as
        // residual blocks do, would not even fit the published weight's shape.
        Tensor shortcut = _shortcut?.call(hidden) ?? input;
        return InPlace.Add(hidden, shortcut).MoveToOuterDisposeScope();
    }
}
