using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>The coarsest resolution: a residual block, attention, a residual block.</summary>
internal sealed class MiddleBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "resnets")] private readonly ModuleList<ResidualBlock> _resnets;
    [ComponentName(Name = "attentions")] private readonly ModuleList<SpatialAttention> _attentions;

    public MiddleBlock(int width, int groups) : base(nameof(MiddleBlock))
    {
        _resnets = new ModuleList<ResidualBlock>(new ResidualBlock(width, width, groups, diffusers: true), new ResidualBlock(width, width, groups, diffusers: true));
        _attentions = new ModuleList<SpatialAttention>(new SpatialAttention(width, groups));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_resnets[0], _attentions[0], _resnets[1]]).MoveToOuterDisposeScope();
    }
}
