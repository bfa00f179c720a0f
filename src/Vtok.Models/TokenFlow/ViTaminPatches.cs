using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;
using ChannelNorm = Vtok.Models.Layers.ChannelNorm;
using Conv2d = Vtok.Models.Layers.Conv2d;

namespace Vtok.Models.TokenFlow;

/// <summary>The convolutional half of ViTamin: [B, 3, H, W] to [B, W, H/16, W/16]. Key: backbone.</summary>
internal sealed class ViTaminPatches : Module<Tensor, Tensor>
{
    [ComponentName(Name = "backbone")] private readonly ViTaminBackbone _backbone;

    public ViTaminPatches(ViTaminConfig config) : base(nameof(ViTaminPatches))
    {
        _backbone = new ViTaminBackbone(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _backbone.call(input);
}

/// <summary>Stem, stages, last halving. Keys: stem, stages.{i}.{j}, pool.</summary>
internal sealed class ViTaminBackbone : Module<Tensor, Tensor>
{
    [ComponentName(Name = "stem")] private readonly ViTaminStem _stem;
    [ComponentName(Name = "stages")] private readonly ModuleList<ModuleList<ViTaminConvolutionBlock>> _stages;
    [ComponentName(Name = "pool")] private readonly ViTaminPool _pool;

    public ViTaminBackbone(ViTaminConfig config) : base(nameof(ViTaminBackbone))
    {
        IReadOnlyList<int> widths = config.StageWidths;
        _stem = new ViTaminStem(config.StemWidth);
        _stages = new ModuleList<ModuleList<ViTaminConvolutionBlock>>([.. widths.Select((width, i) => Stage(i == 0 ? config.StemWidth : widths[i - 1], width, config.StageDepths[i]))]);
        _pool = new ViTaminPool(widths[^1], config.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _stages.SelectMany(stage => stage).Aggregate(_stem.call(input), (x, block) => block.call(x));
        return _pool.call(x).MoveToOuterDisposeScope();
    }

    private static ModuleList<ViTaminConvolutionBlock> Stage(int inputs, int outputs, int depth) =>
        new([.. Enumerable.Range(0, depth).Select(j => new ViTaminConvolutionBlock(j == 0 ? inputs : outputs, outputs, halve: j == 0))]);
}

/// <summary>Halving convolution, norm, GELU, convolution. Keys: conv1, norm1, conv2.</summary>
internal sealed class ViTaminStem : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv1")] private readonly Conv2d _first;
    [ComponentName(Name = "norm1")] private readonly ChannelNorm _norm;
    [ComponentName(Name = "conv2")] private readonly Conv2d _second;

    public ViTaminStem(int width) : base(nameof(ViTaminStem))
    {
        _first = new Conv2d(3, width, 3, stride: 2, padding: 1);
        _norm = new ChannelNorm(width, ViTaminTransformerBlock.Epsilon);
        _second = new Conv2d(width, width, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _second.call(functional.gelu(_norm.call(_first.call(input)))).MoveToOuterDisposeScope();
    }
}

/// <summary>Norm, then a convolution that halves the sides. Keys: proj, norm.</summary>
internal sealed class ViTaminPool : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Conv2d _projection;
    [ComponentName(Name = "norm")] private readonly ChannelNorm _norm;

    public ViTaminPool(int inputs, int outputs) : base(nameof(ViTaminPool))
    {
        _projection = new Conv2d(inputs, outputs, 3, stride: 2, padding: 1);
        _norm = new ChannelNorm(inputs, ViTaminTransformerBlock.Epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _projection.call(_norm.call(input)).MoveToOuterDisposeScope();
    }
}

/// <summary>Widen by 1x1, mix by a 3x3 per channel, narrow by 1x1, around a shortcut. Keys: shortcut, pre_norm, conv1_1x1, conv2_kxk, conv3_1x1.</summary>
internal sealed class ViTaminConvolutionBlock : Module<Tensor, Tensor>
{
    private const int Expansion = 4;

    [ComponentName(Name = "shortcut")] private readonly ViTaminShortcut? _shortcut;
    [ComponentName(Name = "pre_norm")] private readonly ChannelNorm _norm;
    [ComponentName(Name = "conv1_1x1")] private readonly Conv2d _widen;
    [ComponentName(Name = "conv2_kxk")] private readonly Conv2d _mix;
    [ComponentName(Name = "conv3_1x1")] private readonly Conv2d _narrow;

    public ViTaminConvolutionBlock(int inputs, int outputs, bool halve) : base(nameof(ViTaminConvolutionBlock))
    {
        int hidden = Expansion * outputs;
        _shortcut = halve ? new ViTaminShortcut(inputs, outputs) : null;
        _norm = new ChannelNorm(inputs, ViTaminTransformerBlock.Epsilon);
        _widen = new Conv2d(inputs, hidden, 1);
        _mix = new Conv2d(hidden, hidden, 3, stride: halve ? 2 : 1, padding: 1, groups: hidden);
        _narrow = new Conv2d(hidden, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = functional.gelu(_widen.call(_norm.call(input)));
        x = _narrow.call(functional.gelu(_mix.call(x)));
        return (x + (_shortcut?.call(input) ?? input)).MoveToOuterDisposeScope();
    }
}

/// <summary>The shortcut of a halving block: mean of 3x3 pixels, the border not counted. Key, where the widths differ: expand.</summary>
internal sealed class ViTaminShortcut : Module<Tensor, Tensor>
{
    [ComponentName(Name = "expand")] private readonly Conv2d? _expand;

    public ViTaminShortcut(int inputs, int outputs) : base(nameof(ViTaminShortcut))
    {
        _expand = inputs == outputs ? null : new Conv2d(inputs, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor halved = functional.avg_pool2d(input, 3, 2, 1, ceil_mode: false, count_include_pad: false);
        return (_expand?.call(halved) ?? halved).MoveToOuterDisposeScope();
    }
}
