using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Residual block of the MaskGIT-VQGAN: [B, in, H, W] to [B, out, H, W]. Keys: norm1, conv1, norm2, conv2, nin_shortcut.</summary>
internal sealed class ProxyResidualBlock : Module<Tensor, Tensor>
{
    private const double NormEpsilon = 1e-6;

    [ComponentName(Name = "norm1")] private readonly GroupNorm _norm1;
    [ComponentName(Name = "conv1")] private readonly Conv2d _conv1;
    [ComponentName(Name = "norm2")] private readonly GroupNorm _norm2;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "nin_shortcut")] private readonly Conv2d? _shortcut;

    public ProxyResidualBlock(int inputs, int outputs, int groups) : base(nameof(ProxyResidualBlock))
    {
        _norm1 = new GroupNorm(groups, inputs, NormEpsilon);
        _conv1 = new Conv2d(inputs, outputs, 3, padding: 1, bias: false);
        _norm2 = new GroupNorm(groups, outputs, NormEpsilon);
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
        Tensor first = Step(_norm1, _conv1, input), hidden = Step(_norm2, _conv2, first);
        first.Dispose();
        // Quirk: where the channels change, the shortcut reads the block's own output and the input is dropped. Reading the input, as
        // residual blocks do, would not even fit the published weight's shape.
        return (hidden + (_shortcut is null ? input : _shortcut.call(hidden))).MoveToOuterDisposeScope();
    }

    // At full resolution a tensor has tens of megabytes: each goes as soon as the next is there.
    internal static Tensor Step(GroupNorm norm, Conv2d convolution, Tensor input)
    {
        using Tensor normalised = norm.call(input);
        using Tensor active = functional.silu(normalised);
        return convolution.call(active);
    }
}
