using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>Linear, Tanh, Linear between the Q-Former's width and the code's. Keys: 0, 2.</summary>
internal sealed class TaskLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")] private readonly Linear _first;
    [ComponentName(Name = "2")] private readonly Linear _second;

    public TaskLayer(int inputs, int outputs) : base(nameof(TaskLayer))
    {
        _first = new Linear(inputs, inputs);
        _second = new Linear(inputs, outputs);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _first.Initialize(generator);
        _second.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _second.call(_first.call(input).tanh()).MoveToOuterDisposeScope();
    }
}
