using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;
using LayerNorm = Vtok.Models.Layers.LayerNorm;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.TokenFlow;

/// <summary>SigLIP's vision transformer (arXiv 2303.15343) under the names of its hub files: [B, 3, H, W] to the tokens before the last block [B, N, W].</summary>
/// <remarks>The last block, the last norm and the pooling head are in the files and unused by the tokenizer.</remarks>
internal sealed class SigLipVisionEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "vision_model")] private readonly SigLipVisionModel _model;

    public SigLipVisionEncoder(SigLipVisionConfig config) : base(nameof(SigLipVisionEncoder))
    {
        _model = new SigLipVisionModel(config);
        RegisterComponents();
    }

    /// <summary>The transformer inside.</summary>
    public SigLipVisionModel Model => _model;

    public override Tensor forward(Tensor input) => _model.Hidden(input, _model.Layers - 1);
}

/// <summary>Embeddings, blocks, last norm and pooling head.</summary>
internal sealed class SigLipVisionModel : Module<Tensor, Tensor>
{
    internal const double Epsilon = 1e-6;

    [ComponentName(Name = "embeddings")] private readonly SigLipEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly SigLipBlocks _encoder;
    [ComponentName(Name = "post_layernorm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "head")] private readonly SigLipPooling _head;

    public SigLipVisionModel(SigLipVisionConfig config) : base(nameof(SigLipVisionModel))
    {
        Layers = config.Layers;
        _embeddings = new SigLipEmbeddings(config);
        _encoder = new SigLipBlocks(config);
        _norm = new LayerNorm(config.Width, Epsilon);
        _head = new SigLipPooling(config);
        RegisterComponents();
    }

    /// <summary>Number of blocks.</summary>
    public int Layers { get; }

    /// <summary>Tokens after the first <paramref name="blocks"/> blocks [B, N, W]; with none the embeddings.</summary>
    public Tensor Hidden(Tensor input, int blocks)
    {
        using DisposeScope scope = NewDisposeScope();
        return _encoder.Run(_embeddings.call(input), blocks).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens after the last norm [B, N, W].</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _norm.call(Hidden(input, Layers)).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens after the last norm to one vector a picture [B, W].</summary>
    public Tensor Pool(Tensor normed) => _head.call(normed);
}

/// <summary>Patches with their positions. Keys: patch_embedding, position_embedding.weight [N, W].</summary>
internal sealed class SigLipEmbeddings : Module<Tensor, Tensor>
{
    [ComponentName(Name = "patch_embedding")] private readonly Layers.Conv2d _patches;
    [ComponentName(Name = "position_embedding.weight")] private readonly Parameter _positions;

    public SigLipEmbeddings(SigLipVisionConfig config) : base(nameof(SigLipEmbeddings))
    {
        _patches = new Layers.Conv2d(3, config.Width, config.PatchSize, config.PatchSize);
        _positions = new Parameter(empty(config.Grid * config.Grid, config.Width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return (_patches.call(input).flatten(2).transpose(1, 2) + _positions).MoveToOuterDisposeScope(); // [B, N, W]
    }
}

/// <summary>The blocks. Key: layers.</summary>
internal sealed class SigLipBlocks : Module<Tensor, Tensor>
{
    [ComponentName(Name = "layers")] private readonly ModuleList<SigLipBlock> _layers;

    public SigLipBlocks(SigLipVisionConfig config) : base(nameof(SigLipBlocks))
    {
        _layers = new ModuleList<SigLipBlock>([.. Enumerable.Range(0, config.Layers).Select(_ => new SigLipBlock(config))]);
        RegisterComponents();
    }

    public Tensor Run(Tensor x, int count) => _layers.Take(count).Aggregate(x, (x, layer) => layer.call(x));

    public override Tensor forward(Tensor input) => Run(input, _layers.Count);
}

/// <summary>Pre-norm block. Keys: layer_norm1, self_attn, layer_norm2, mlp.</summary>
internal sealed class SigLipBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "self_attn")] private readonly SigLipAttention _attention;
    [ComponentName(Name = "layer_norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;
    [ComponentName(Name = "layer_norm2")] private readonly LayerNorm _mlpNorm;

    public SigLipBlock(SigLipVisionConfig config) : base(nameof(SigLipBlock))
    {
        _attention = new SigLipAttention(config.Width, config.Heads);
        _attentionNorm = new LayerNorm(config.Width, SigLipVisionModel.Epsilon);
        _mlp = new FeedForward(config.Width, config.Hidden, Activation.GeluTanh);
        _mlpNorm = new LayerNorm(config.Width, SigLipVisionModel.Epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + _attention.call(_attentionNorm.call(input));
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}

/// <summary>Self-attention with four matrices. Keys: q_proj, k_proj, v_proj, out_proj.</summary>
internal sealed class SigLipAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "q_proj")] private readonly Linear _query;
    [ComponentName(Name = "k_proj")] private readonly Linear _key;
    [ComponentName(Name = "v_proj")] private readonly Linear _value;
    [ComponentName(Name = "out_proj")] private readonly Linear _output;
    private readonly int _heads;

    public SigLipAttention(int width, int heads) : base(nameof(SigLipAttention))
    {
        _query = new Linear(width, width);
        _key = new Linear(width, width);
        _value = new Linear(width, width);
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mixed = Attention.Mix(_query.call(input), _key.call(input), _value.call(input), _heads);
        return _output.call(mixed).MoveToOuterDisposeScope();
    }
}

/// <summary>One learned query reads all tokens: [B, N, W] to [B, W]. Keys: probe [1, 1, W], attention, layernorm, mlp.</summary>
internal sealed class SigLipPooling : Module<Tensor, Tensor>
{
    [ComponentName(Name = "probe")] private readonly Parameter _probe;
    [ComponentName(Name = "attention")] private readonly Layers.MultiHeadAttention _attention;
    [ComponentName(Name = "layernorm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    public SigLipPooling(SigLipVisionConfig config) : base(nameof(SigLipPooling))
    {
        _probe = new Parameter(empty(1, 1, config.Width));
        _attention = new Layers.MultiHeadAttention(config.Width, config.Heads);
        _norm = new LayerNorm(config.Width, SigLipVisionModel.Epsilon);
        _mlp = new FeedForward(config.Width, config.Hidden, Activation.GeluTanh);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = _attention.Attend(_probe.expand(input.size(0), 1, input.size(2)), input); // [B, 1, W]
        return (pooled + _mlp.call(_norm.call(pooled))).select(1, 0).MoveToOuterDisposeScope();
    }
}
