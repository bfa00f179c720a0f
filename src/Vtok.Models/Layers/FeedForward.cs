using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>The feed-forward half of a transformer block under the names fc1 and fc2: [B, L, C] to [B, L, C].</summary>
/// <remarks>Keys: fc1.weight, fc1.bias, fc2.weight, fc2.bias. <see cref="Mlp"/> is the same under CLIP's names.</remarks>
public sealed class FeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")] private readonly Linear _expand;
    [ComponentName(Name = "fc2")] private readonly Linear _contract;
    private readonly Activation _activation;

    /// <summary>Creates the layer.</summary>
    public FeedForward(int width, int hidden, Activation activation = Activation.Gelu) : base(nameof(FeedForward))
    {
        _expand = new Linear(width, hidden);
        _contract = new Linear(hidden, width);
        _activation = activation;
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
        return _contract.call(_activation.Apply(_expand.call(input))).MoveToOuterDisposeScope();
    }
}
