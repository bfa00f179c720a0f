using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The last layer of a head: Linear, or muP's readout Linear(x / (width / base width)), arXiv 2203.03466. Keys: weight, bias.</summary>
internal sealed class MuReadout : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter? _bias;
    private readonly double _scale;

    public MuReadout(int inputs, int outputs, FlexHeadConfig config) : base(nameof(MuReadout))
    {
        _weight = new TorchSharp.Modules.Parameter(empty(outputs, inputs));
        _bias = config.Bias ? new TorchSharp.Modules.Parameter(empty(outputs)) : null;
        _scale = config.ReadoutScale(inputs);
        RegisterComponents();
    }

    /// <summary>The published start: zero.</summary>
    public void Initialize()
    {
        Initialization.Zero(_weight);
        if (_bias is not null)
            Initialization.Zero(_bias);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Affine.Linear(_scale == 1 ? input : input * _scale, _weight, _bias).MoveToOuterDisposeScope();
    }
}
