using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>One linear layer under the name that BERT gives it. Key: dense.</summary>
internal sealed class DenseLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Linear _dense;

    public DenseLayer(int inputs, int outputs) : base(nameof(DenseLayer))
    {
        _dense = new Linear(inputs, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _dense.call(input);
}
