using System.Globalization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.FlexTok;

/// <summary>Norm, then linear layers with SiLU between them. Keys: mlp.{i} with every step of the sequence counted, out_proj.</summary>
internal sealed class MlpHead : TokenHead
{
    [ComponentName(Name = "mlp")] private readonly ModuleDict<Module<Tensor, Tensor>> _steps;
    [ComponentName(Name = "out_proj")] private readonly MuReadout _projection;

    public MlpHead(int width, int features, FlexHeadConfig config) : base(nameof(MlpHead))
    {
        int hidden = config.Hidden(width), normed = config.Norm == TokenNormKind.None ? 0 : 1;
        List<(string, Module<Tensor, Tensor>)> steps = [];
        if (normed == 1)
            steps.Add(("0", new TokenNorm(width, config.Norm)));
        for (int i = 0; i < config.Layers - 1; i++)
            steps.Add(((normed + 2 * i).ToString(CultureInfo.InvariantCulture), new Linear(i == 0 ? width : hidden, hidden, config.Bias)));
        _steps = ModuleDict<Module<Tensor, Tensor>>([.. steps]);
        _projection = new MuReadout(hidden, features, config);
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <remarks>Quirk: the last layer starts at zero whatever zero_init_out_proj says.</remarks>
    public override void Initialize(Generator generator)
    {
        foreach (Module<Tensor, Tensor> step in _steps.values())
            if (step is Linear layer)
                FlexInitialization.Xavier(layer, generator);
        _projection.Initialize();
    }

    public override Tensor forward(Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tokens;
        foreach (Module<Tensor, Tensor> step in _steps.values())
            x = step is Linear ? InPlace.Silu(step.call(x)) : step.call(x);
        return _projection.call(x).MoveToOuterDisposeScope();
    }
}
