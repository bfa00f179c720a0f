using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vqgan;

/// <summary>Features to pictures: [B, z, h, w] to [B, 3, fh, fw], nominally in -1..1 and not clamped. Levels run from the coarsest to the finest.</summary>
internal sealed class VqganDecoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _input;
    [ComponentName(Name = "mid")] private readonly ModuleList<Module<Tensor, Tensor>> _middle;
    [ComponentName(Name = "conv_blocks")] private readonly ModuleList<VqganUpLevel> _levels;
    [ComponentName(Name = "norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _output;

    public VqganDecoder(VqganConfig config) : base(nameof(VqganDecoder))
    {
        config.Validate();
        int[] widths = [.. config.Widths.Reverse()];
        _input = new Conv2d(config.LatentChannels, widths[0], 3, padding: 1);
        _middle = VqganLevel.Middle(widths[0], config.NormGroups, config.Attention);
        _levels = new ModuleList<VqganUpLevel>([.. widths.Select((width, i) =>
            new VqganUpLevel(widths[Math.Max(i - 1, 0)], width, config.Blocks + 1, config.NormGroups, attention: config.Attention && i == 0, finest: i == widths.Length - 1))]);
        _norm = new GroupNorm(config.NormGroups, widths[^1], ResidualBlock.Epsilon);
        _output = new Conv2d(widths[^1], 3, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>Weight of the layer that makes the pixels, owned by this module.</summary>
    public Tensor LastLayer => _output.get_parameter("weight")!;

    /// <summary>Whether training keeps only the input of each block, attention and change of size, and computes them again in the backward pass.</summary>
    public bool Checkpointing { get; set; }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_input, .. _middle, .. _levels.SelectMany(level => level.Steps), _norm, Chain.Silu, _output], Checkpointing && training ? VqganLevel.IsPart : null).MoveToOuterDisposeScope();
    }
}
