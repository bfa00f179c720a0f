using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Convolution of pictures: [B, in, H, W] to [B, out, H', W'].</summary>
/// <remarks>Keys: weight [out, in/groups, k, k], bias [out]. Values are undefined until loaded or <see cref="Initialize(Generator)"/>d.</remarks>
public sealed class Conv2d : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter? _bias;
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly int _groups;
    private readonly bool _keepsSize;

    /// <summary>Creates the layer with a square kernel and zero padding of <paramref name="padding"/> on every side; with as many groups as channels each channel has its own kernel.</summary>
    public Conv2d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = true, int groups = 1) : base(nameof(Conv2d))
    {
        _weight = new TorchSharp.Modules.Parameter(empty(outputs, inputs / groups, kernel, kernel));
        _bias = bias ? new TorchSharp.Modules.Parameter(empty(outputs)) : null;
        _stride = [stride, stride];
        _padding = [padding, padding];
        _groups = groups;
        _keepsSize = stride == 1 && groups == 1 && kernel == 2 * padding + 1;
        RegisterComponents();
    }

    /// <summary>The framework's default start.</summary>
    public void Initialize(Generator generator) => Initialization.KaimingUniform(_weight, _bias, generator);

    /// <summary>Truncated normal weights and a bias of zero, the start of vision transformers.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        Initialization.TruncatedNormal(_weight, deviation, generator);
        if (_bias is not null)
            Initialization.Zero(_bias);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => _keepsSize && BandedConvolution.Pays(input, _weight)
        ? BandedConvolution.Run(input, _weight, _bias)
        : functional.conv2d(input, _weight, _bias, _stride, _padding, groups: _groups);
}
