using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>The feed-forward half of a vision transformer block, with the exact (erf) GELU: [B, L, C] to [B, L, C].</summary>
/// <remarks>Keys: fc1.weight, fc1.bias, fc2.weight, fc2.bias.</remarks>
public sealed class VitMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")] private readonly Linear _expand;
    [ComponentName(Name = "fc2")] private readonly Linear _contract;

    /// <summary>Creates the layer.</summary>
    public VitMlp(int width, int hidden) : base(nameof(VitMlp))
    {
        _expand = new Linear(width, hidden);
        _contract = new Linear(hidden, width);
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, the output's divided; biases zero.</summary>
    public void Initialize(double deviation, double divisor, Generator generator)
    {
        _expand.Initialize(deviation, generator);
        _contract.Initialize(deviation / divisor, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = functional.gelu(_expand.call(input)); // [B, L, hidden]
        return _contract.call(hidden).MoveToOuterDisposeScope();
    }
}
