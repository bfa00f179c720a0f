namespace Vtok.Models.Perceptual;

/// <summary>Expansion, depthwise convolution and linear projection (arXiv 1801.04381, figure 3): [B, C, H, W] -> [B, O, ceil(H / s), ceil(W / s)].</summary>
internal sealed class InvertedResidual
{
    private readonly FrozenConvolution? _expand;
    private readonly FrozenConvolution _depthwise;
    private readonly FrozenConvolution _project;
    private readonly bool _addsInput;

    public InvertedResidual(FrozenWeights weights, string name, int inputs, int outputs, int stride, int expansion)
    {
        int width = inputs * expansion;
        int part = 0;
        if (expansion > 1)
            _expand = weights.Convolution($"{name}.{part++}.0", inputs, width, 1);
        _depthwise = weights.Convolution($"{name}.{part++}.0", width, width, 3, stride, groups: width);
        _project = weights.Convolution($"{name}.{part}", width, outputs, 1);
        _addsInput = stride == 1 && inputs == outputs;
    }

    public Tensor Apply(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope(); // without gradients the wide activations go at once
        Tensor wide = _expand is null ? x : nn.functional.relu6(_expand.Valid(x));
        Tensor narrow = _project.Valid(nn.functional.relu6(_depthwise.Same(wide)));
        return (_addsInput ? x + narrow : narrow).MoveToOuterDisposeScope();
    }
}
