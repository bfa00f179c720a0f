using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>The feed-forward half of a transformer block, with the exact (erf) GELU unless told otherwise: [B, L, C] to [B, L, C].</summary>
/// <remarks>Keys: c_fc.weight, c_fc.bias, c_proj.weight, c_proj.bias.</remarks>
public sealed class Mlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "c_fc")] private readonly Linear _expand;
    [ComponentName(Name = "c_proj")] private readonly Linear _contract;
    private readonly Activation _activation;

    /// <summary>Creates the layer.</summary>
    public Mlp(int width, int hidden, Activation activation = Activation.Gelu) : base(nameof(Mlp))
    {
        _expand = new Linear(width, hidden);
        _contract = new Linear(hidden, width);
        _activation = activation;
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        _expand.Initialize(deviation, generator);
        _contract.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = _activation.Apply(_expand.call(input)); // [B, L, hidden]
        return _contract.call(hidden).MoveToOuterDisposeScope();
    }
}
