using TorchSharp.Utils;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>x W^T + b: [..., in] to [..., out].</summary>
/// <remarks>Keys: weight [out, in], bias [out]. Values are undefined until loaded or <see cref="Initialize(Generator)"/>d: no draw from a global generator, no time lost.</remarks>
public sealed class Linear : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter? _bias;

    /// <summary>Creates the layer.</summary>
    public Linear(int inputs, int outputs, bool bias = true) : base(nameof(Linear))
    {
        _weight = new TorchSharp.Modules.Parameter(empty(outputs, inputs));
        _bias = bias ? new TorchSharp.Modules.Parameter(empty(outputs)) : null;
        RegisterComponents();
    }

    /// <summary>The weight [out, in], owned by this module.</summary>
    public Tensor Weight => _weight;

    /// <summary>The bias [out], owned by this module, or null.</summary>
    public Tensor? Bias => _bias;

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
    public override Tensor forward(Tensor input) => Affine.Linear(input, _weight, _bias);
}
