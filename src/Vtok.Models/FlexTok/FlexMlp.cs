using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The feed-forward part: fc2(silu(fc1 x) * fc3 x), or fc2(silu(fc1 x)) without gate. Keys: fc1, fc2, fc3.</summary>
internal sealed class FlexMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")] private readonly Linear _expand;
    [ComponentName(Name = "fc2")] private readonly Linear _contract;
    [ComponentName(Name = "fc3")] private readonly Linear? _gate;

    public FlexMlp(FlexTransformerConfig config) : base(nameof(FlexMlp))
    {
        _expand = new Linear(config.Width, config.Hidden, config.MlpBias);
        _contract = new Linear(config.Hidden, config.Width, config.MlpBias);
        _gate = config.Gated ? new Linear(config.Width, config.Hidden, config.MlpBias) : null;
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        foreach (Linear? layer in (Linear?[])[_expand, _contract, _gate])
            if (layer is not null)
                FlexInitialization.Xavier(layer, generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = InPlace.Silu(_expand.call(input)); // [R, hidden]
        if (_gate is not null)
            hidden = InPlace.Multiply(hidden, _gate.call(input));
        return _contract.call(hidden).MoveToOuterDisposeScope();
    }
}
