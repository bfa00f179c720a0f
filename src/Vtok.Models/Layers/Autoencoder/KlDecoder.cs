using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>[B, C, h, w] to [B, 3, fh, fw], not clamped.</summary>
internal sealed class KlDecoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _input;
    [ComponentName(Name = "mid_block")] private readonly MiddleBlock _middle;
    [ComponentName(Name = "up_blocks")] private readonly ModuleList<UpBlock> _levels;
    [ComponentName(Name = "conv_norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _output;

    public KlDecoder(AutoencoderKlConfig config) : base(nameof(KlDecoder))
    {
        int[] widths = [.. config.Widths.Reverse()];
        _input = new Conv2d(config.LatentChannels, widths[0], 3, padding: 1);
        _middle = new MiddleBlock(widths[0], config.NormGroups);
        _levels = new ModuleList<UpBlock>([.. widths.Select((width, i) =>
            new UpBlock(widths[Math.Max(i - 1, 0)], width, config.BlocksPerLevel + 1, config.NormGroups, i < widths.Length - 1))]);
        _norm = new GroupNorm(config.NormGroups, widths[^1], ResidualBlock.Epsilon);
        _output = new Conv2d(widths[^1], config.PictureChannels, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_input, _middle, .. _levels.SelectMany(level => level.Steps), _norm, Chain.Silu, _output]).MoveToOuterDisposeScope();
    }
}
