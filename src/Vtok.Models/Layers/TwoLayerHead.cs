using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Linear, a curve, linear: [..., in] to [..., out]. Keys: 0 and 2, as in a sequence whose middle has no weights.</summary>
internal sealed class TwoLayerHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")] private readonly Linear _first;
    [ComponentName(Name = "2")] private readonly Linear _second;
    private readonly Activation _activation;

    public TwoLayerHead(int inputs, int hidden, int outputs, Activation activation) : base(nameof(TwoLayerHead))
    {
        _first = new Linear(inputs, hidden);
        _second = new Linear(hidden, outputs);
        _activation = activation;
        RegisterComponents();
    }

    /// <summary>The framework's default start.</summary>
    public void Initialize(Generator generator)
    {
        _first.Initialize(generator);
        _second.Initialize(generator);
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        _first.Initialize(deviation, generator);
        _second.Initialize(deviation, generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _second.call(_activation.Apply(_first.call(input))).MoveToOuterDisposeScope();
    }
}
