using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Linear, tanh, linear: [..., C] to [..., outputs]. Keys: 0, 2.</summary>
internal sealed class TaskLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")] private readonly Linear _first;
    [ComponentName(Name = "2")] private readonly Linear _second;

    public TaskLayer(int width, int outputs) : base(nameof(TaskLayer))
    {
        _first = new Linear(width, width);
        _second = new Linear(width, outputs);
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        _first.Initialize(deviation, generator);
        _second.Initialize(deviation, generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _second.call(_first.call(input).tanh()).MoveToOuterDisposeScope();
    }
}
