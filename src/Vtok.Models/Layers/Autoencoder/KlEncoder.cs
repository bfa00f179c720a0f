using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>[B, 3, H, W] to the mean and log variance of the latents [B, 2C, H/f, W/f], before the last 1x1 convolution.</summary>
internal sealed class KlEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _input;
    [ComponentName(Name = "down_blocks")] private readonly ModuleList<DownBlock> _levels;
    [ComponentName(Name = "mid_block")] private readonly MiddleBlock _middle;
    [ComponentName(Name = "conv_norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _output;

    public KlEncoder(AutoencoderKlConfig config) : base(nameof(KlEncoder))
    {
        IReadOnlyList<int> widths = config.Widths;
        _input = new Conv2d(config.PictureChannels, widths[0], 3, padding: 1);
        _levels = new ModuleList<DownBlock>([.. widths.Select((width, i) =>
            new DownBlock(widths[Math.Max(i - 1, 0)], width, config.BlocksPerLevel, config.NormGroups, i < widths.Count - 1))]);
        _middle = new MiddleBlock(widths[^1], config.NormGroups);
        _norm = new GroupNorm(config.NormGroups, widths[^1], ResidualBlock.Epsilon);
        _output = new Conv2d(widths[^1], 2 * config.LatentChannels, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_input, .. _levels.SelectMany(level => level.Steps), _middle, _norm, Chain.Silu, _output]).MoveToOuterDisposeScope();
    }
}
