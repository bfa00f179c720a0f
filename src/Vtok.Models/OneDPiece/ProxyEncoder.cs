using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Encoder of the MaskGIT-VQGAN: [B, 3, H, W] in 0..1 to [B, D, H/f, W/f].</summary>
internal sealed class ProxyEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _in;
    [ComponentName(Name = "down")] private readonly TorchSharp.Modules.ModuleList<ProxyLevel> _levels;
    [ComponentName(Name = "mid")] private readonly TorchSharp.Modules.ModuleList<ProxyResidualBlock> _middle;
    [ComponentName(Name = "norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _out;

    public ProxyEncoder(ProxyTokenizerConfig config) : base(nameof(ProxyEncoder))
    {
        int last = config.ChannelMultipliers.Count - 1, widest = config.Channels(last);
        _in = new Conv2d(config.PictureChannels, config.HiddenChannels, 3, padding: 1, bias: false);
        _levels = ModuleList([.. Enumerable.Range(0, last + 1).Select(level => new ProxyLevel(
            level == 0 ? config.HiddenChannels : config.Channels(level - 1), config.Channels(level), config.Blocks, config.NormGroups,
            level < last ? ProxyLevel.Resize.Halve : ProxyLevel.Resize.None))]);
        _middle = ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new ProxyResidualBlock(widest, widest, config.NormGroups))]);
        _norm = new GroupNorm(config.NormGroups, widest, ResidualBlock.Epsilon);
        _out = new Conv2d(widest, config.CodeDimension, 1);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _in.Initialize(generator);
        foreach (ProxyLevel level in _levels)
            level.Initialize(generator);
        foreach (ProxyResidualBlock block in _middle)
            block.Initialize(generator);
        _out.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_in, .. _levels, .. _middle, _norm, Chain.Silu, _out]).MoveToOuterDisposeScope();
    }
}
