using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Decoder of the MaskGIT-VQGAN: [B, D, h, w] to [B, 3, fh, fw], not clamped. Levels are numbered by resolution: the last runs first.</summary>
internal sealed class ProxyDecoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly Conv2d _in;
    [ComponentName(Name = "mid")] private readonly TorchSharp.Modules.ModuleList<ProxyResidualBlock> _middle;
    [ComponentName(Name = "up")] private readonly TorchSharp.Modules.ModuleList<ProxyLevel> _levels;
    [ComponentName(Name = "norm_out")] private readonly GroupNorm _norm;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _out;

    public ProxyDecoder(ProxyTokenizerConfig config) : base(nameof(ProxyDecoder))
    {
        int last = config.ChannelMultipliers.Count - 1, widest = config.Channels(last);
        _in = new Conv2d(config.CodeDimension, widest, 3, padding: 1);
        _middle = ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new ProxyResidualBlock(widest, widest, config.NormGroups))]);
        _levels = ModuleList([.. Enumerable.Range(0, last + 1).Select(level => new ProxyLevel(
            level == last ? widest : config.Channels(level + 1), config.Channels(level), config.Blocks, config.NormGroups,
            level > 0 ? ProxyLevel.Resize.Double : ProxyLevel.Resize.None))]);
        _norm = new GroupNorm(config.NormGroups, config.Channels(0), ResidualBlock.Epsilon);
        _out = new Conv2d(config.Channels(0), config.PictureChannels, 3, padding: 1);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _in.Initialize(generator);
        foreach (ProxyResidualBlock block in _middle)
            block.Initialize(generator);
        foreach (ProxyLevel level in _levels)
            level.Initialize(generator);
        _out.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain.Run(input, [_in, .. _middle, .. _levels.Reverse(), _norm, Chain.Silu, _out]).MoveToOuterDisposeScope();
    }
}
