using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Normalisation over the last dimension, with a learned scale and shift. Keys: weight, bias [C].</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter _bias;
    private readonly long[] _shape;
    private readonly double _epsilon;

    /// <summary>Creates the layer as the identity scale and shift.</summary>
    public LayerNorm(int width, double epsilon = 1e-5) : base(nameof(LayerNorm))
    {
        _weight = new TorchSharp.Modules.Parameter(ones(width));
        _bias = new TorchSharp.Modules.Parameter(zeros(width));
        _shape = [width];
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => functional.layer_norm(input, _shape, _weight, _bias, _epsilon);
}
