using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>BERT's output step: LayerNorm(dense(x) + input). Keys: dense, LayerNorm.</summary>
internal sealed class ResidualOutput : Module
{
    [ComponentName(Name = "dense")] private readonly Linear _dense;
    [ComponentName(Name = "LayerNorm")] private readonly LayerNorm _norm;

    public ResidualOutput(int inputs, int width, double epsilon) : base(nameof(ResidualOutput))
    {
        _dense = new Linear(inputs, width);
        _norm = new LayerNorm(width, epsilon);
        RegisterComponents();
    }

    public Tensor Run(Tensor x, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _norm.call(_dense.call(x) + input).MoveToOuterDisposeScope();
    }
}
