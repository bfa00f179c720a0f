using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>Two convolutions, a blur and a halving beside a strided shortcut: [B, in, H, W] to [B, out, H/2, W/2].</summary>
internal sealed class StyleDiscriminatorBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_res")] private readonly Conv2d _shortcut;
    [ComponentName(Name = "net")] private readonly TorchSharp.Modules.Sequential _main;
    [ComponentName(Name = "downsample")] private readonly TorchSharp.Modules.Sequential _halve;

    public StyleDiscriminatorBlock(int inputs, int outputs) : base(nameof(StyleDiscriminatorBlock))
    {
        _shortcut = new Conv2d(inputs, outputs, 1, stride: 2);
        _main = Sequential(
            new Conv2d(inputs, outputs, 3, padding: 1), LeakyReLU(PatchDiscriminator.Slope),
            new Conv2d(outputs, outputs, 3, padding: 1), LeakyReLU(PatchDiscriminator.Slope));
        _halve = Sequential(new BinomialBlur(), new Conv2d(outputs, outputs, 3, stride: 2, padding: 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor halved = _halve.call(_main.call(input)) + _shortcut.call(input);
        return (halved / Math.Sqrt(2)).MoveToOuterDisposeScope(); // the sum of two keeps their variance
    }
}
