using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;
using Conv2d = Vtok.Models.Layers.Conv2d;
using LayerNorm = Vtok.Models.Layers.LayerNorm;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.TokenFlow;

/// <summary>ViTamin (arXiv 2404.02132): [B, 3, H, W] to tokens [B, N, W], row by row, with no positions and no norm at the end.</summary>
internal sealed class ViTaminEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "patch_embed")] private readonly ViTaminPatches _patches;
    [ComponentName(Name = "blocks")] private readonly ModuleList<ViTaminTransformerBlock> _blocks;

    public ViTaminEncoder(ViTaminConfig config) : base(nameof(ViTaminEncoder))
    {
        _patches = new ViTaminPatches(config);
        _blocks = new ModuleList<ViTaminTransformerBlock>([.. Enumerable.Range(0, config.Layers).Select(_ => new ViTaminTransformerBlock(config))]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = _patches.call(input).flatten(2).transpose(1, 2); // [B, N, W]
        return _blocks.Aggregate(tokens, (x, block) => block.call(x)).MoveToOuterDisposeScope();
    }
}

/// <summary>Pre-norm block. Keys: norm1, attn, norm2, mlp.</summary>
internal sealed class ViTaminTransformerBlock : Module<Tensor, Tensor>
{
    internal const double Epsilon = 1e-6;

    [ComponentName(Name = "norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly FusedAttention _attention;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly GatedMlp _mlp;

    public ViTaminTransformerBlock(ViTaminConfig config) : base(nameof(ViTaminTransformerBlock))
    {
        _attentionNorm = new LayerNorm(config.Width, Epsilon);
        _attention = new FusedAttention(config.Width, config.Heads, ProjectionBias.All);
        _mlpNorm = new LayerNorm(config.Width, Epsilon);
        _mlp = new GatedMlp(config.Width, config.Hidden);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + _attention.call(_attentionNorm.call(input));
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}

/// <summary>w2(GELU(w0 u) * w1 u) of its own norm u. Keys: norm, w0, w1, w2.</summary>
internal sealed class GatedMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "w0")] private readonly Linear _gate;
    [ComponentName(Name = "w1")] private readonly Linear _value;
    [ComponentName(Name = "w2")] private readonly Linear _output;

    public GatedMlp(int width, int hidden) : base(nameof(GatedMlp))
    {
        _norm = new LayerNorm(width, ViTaminTransformerBlock.Epsilon);
        _gate = new Linear(width, hidden);
        _value = new Linear(width, hidden);
        _output = new Linear(hidden, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor u = _norm.call(input);
        return _output.call(functional.gelu(_gate.call(u)) * _value.call(u)).MoveToOuterDisposeScope();
    }
}
