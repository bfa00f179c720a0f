using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>The coarsest resolution: a residual block, attention, a residual block.</summary>
internal sealed class MiddleBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "resnets")] private readonly ModuleList<ResnetBlock> _resnets;
    [ComponentName(Name = "attentions")] private readonly ModuleList<SpatialAttention> _attentions;

    public MiddleBlock(int width, int groups) : base(nameof(MiddleBlock))
    {
        _resnets = new ModuleList<ResnetBlock>(new ResnetBlock(width, width, groups), new ResnetBlock(width, width, groups));
        _attentions = new ModuleList<SpatialAttention>(new SpatialAttention(width, groups));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _resnets[1].call(_attentions[0].call(_resnets[0].call(input))).MoveToOuterDisposeScope();
    }
}
