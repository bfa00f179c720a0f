using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;
using Conv2d = Vtok.Models.Layers.Conv2d;
using LayerNorm = Vtok.Models.Layers.LayerNorm;

namespace Vtok.Models.TokenFlow;

/// <summary>The semantic half of a quantized map to tokens in the teacher's width: [B, 32, g, g] to [B, g^2, W].</summary>
/// <remarks>Keys: cls_token [1, 1, W], pos_embed [1, g0^2 + 1, W], patch_embed.proj, blocks.{i}, fc_norm.</remarks>
internal sealed class SemanticDecoder : Module<Tensor, Tensor>
{
    internal const double Epsilon = 1e-6;

    [ComponentName(Name = "cls_token")] private readonly Parameter _class;
    [ComponentName(Name = "pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "patch_embed")] private readonly CodeEmbedding _embedding;
    [ComponentName(Name = "blocks")] private readonly ModuleList<SemanticDecoderBlock> _blocks;
    [ComponentName(Name = "fc_norm")] private readonly LayerNorm _norm;

    public SemanticDecoder(TokenFlowConfig config) : base(nameof(SemanticDecoder))
    {
        int width = config.Vision.Width;
        _class = new Parameter(empty(1, 1, width));
        _positions = new Parameter(empty(1, 1 + config.Grid * config.Grid, width));
        _embedding = new CodeEmbedding(config.SemanticCodeDimension, width);
        _blocks = new ModuleList<SemanticDecoderBlock>([.. Enumerable.Range(0, config.DecoderDepth).Select(_ => new SemanticDecoderBlock(width, config.DecoderHeads))]);
        _norm = new LayerNorm(width, Epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = _embedding.call(input).flatten(2).transpose(1, 2);                       // [B, g^2, W]
        Tensor first = _class.expand(input.size(0), 1, tokens.size(2));                          // [B, 1, W]
        Tensor x = cat([first, tokens], 1) + PositionTable.Resize(_positions, (int)input.size(2));
        x = _blocks.Aggregate(x, (x, block) => block.call(x));                                   // [B, 1 + g^2, W]
        return _norm.call(x.narrow(1, 1, tokens.size(1))).MoveToOuterDisposeScope();
    }
}

/// <summary>One position of the map to one token. Key: proj (a 1x1 convolution).</summary>
internal sealed class CodeEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Conv2d _projection;

    public CodeEmbedding(int inputs, int width) : base(nameof(CodeEmbedding))
    {
        _projection = new Conv2d(inputs, width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _projection.call(input);
}

/// <summary>Pre-norm block. Keys: norm1, attn (no bias for the keys), norm2, mlp.</summary>
internal sealed class SemanticDecoderBlock : Module<Tensor, Tensor>
{
    private const int MlpRatio = 4;

    [ComponentName(Name = "norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly FusedAttention _attention;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    public SemanticDecoderBlock(int width, int heads) : base(nameof(SemanticDecoderBlock))
    {
        _attentionNorm = new LayerNorm(width, SemanticDecoder.Epsilon);
        _attention = new FusedAttention(width, heads, ProjectionBias.QueryAndValue);
        _mlpNorm = new LayerNorm(width, SemanticDecoder.Epsilon);
        _mlp = new FeedForward(width, MlpRatio * width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + _attention.call(_attentionNorm.call(input));
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}
