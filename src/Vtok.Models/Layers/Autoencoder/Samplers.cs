using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>Halves a picture: 3x3 convolution of stride 2, padded on the right and bottom only.</summary>
internal sealed class Downsampler : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Conv2d _convolution;

    public Downsampler(int width) : base(nameof(Downsampler))
    {
        _convolution = new Conv2d(width, width, 3, stride: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _convolution.call(functional.pad(input, [0, 1, 0, 1])).MoveToOuterDisposeScope();
    }
}

/// <summary>Doubles a picture: every pixel twice, then a 3x3 convolution.</summary>
internal sealed class Upsampler : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Conv2d _convolution;

    public Upsampler(int width) : base(nameof(Upsampler))
    {
        _convolution = new Conv2d(width, width, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _convolution.call(functional.interpolate(input, scale_factor: [2, 2], mode: InterpolationMode.Nearest)).MoveToOuterDisposeScope();
    }
}
