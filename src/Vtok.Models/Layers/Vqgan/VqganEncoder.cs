using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vqgan;

/// <summary>Pictures to features: [B, 3, H, W] in -1..1 to [B, z, H/f, W/f] (LlamaGen, arXiv 2406.06525, its published encoder).</summary>
internal sealed class VqganEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _input;
    [ComponentName(Name = "conv_blocks")] private readonly ModuleList<VqganDownLevel> _levels;
    [ComponentName(Name = "mid")] private readonly ModuleList<Module<Tensor, Tensor>> _middle;
    [ComponentName(Name = "norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _output;

    public VqganEncoder(VqganConfig config) : base(nameof(VqganEncoder))
    {
        config.Validate();
        IReadOnlyList<int> widths = config.Widths;
        _input = new Conv2d(3, config.Channels, 3, padding: 1);
        _levels = new ModuleList<VqganDownLevel>([.. widths.Select((width, i) =>
            new VqganDownLevel(i == 0 ? config.Channels : widths[i - 1], width, config.Blocks, config.NormGroups, coarsest: i == widths.Count - 1, attention: config.Attention))]);
        _middle = VqganLevel.Middle(widths[^1], config.NormGroups, config.Attention);
        _norm = new GroupNorm(config.NormGroups, widths[^1], ResidualBlock.Epsilon);
        _output = new Conv2d(widths[^1], config.LatentChannels, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>Whether training keeps only the input of each block, attention and change of size, and computes them again in the backward pass.</summary>
    public bool Checkpointing { get; set; }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_input, .. _levels.SelectMany(level => level.Steps), .. _middle, _norm, Chain.Silu, _output], Checkpointing && training ? VqganLevel.IsPart : null).MoveToOuterDisposeScope();
    }
}
