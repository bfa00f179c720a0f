namespace Vtok.Models.Perceptual;

/// <summary>SqueezeNet's fire module (arXiv 1602.07360): [B, C, H, W] -> [B, 2e, H, W].</summary>
internal sealed class FireModule(FrozenWeights weights, string name, int inputs, int squeeze, int expand)
{
    private readonly FrozenConvolution _squeeze = weights.Convolution($"{name}.squeeze", inputs, squeeze, 1);
    private readonly FrozenConvolution _expand1x1 = weights.Convolution($"{name}.expand1x1", squeeze, expand, 1);
    private readonly FrozenConvolution _expand3x3 = weights.Convolution($"{name}.expand3x3", squeeze, expand, 3);

    public Tensor Apply(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor narrow = nn.functional.relu(_squeeze.Valid(x));
        return cat([nn.functional.relu(_expand1x1.Valid(narrow)), nn.functional.relu(_expand3x3.Same(narrow))], dim: 1).MoveToOuterDisposeScope();
    }
}
