using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>Pre-norm vision transformer block (arXiv 2010.11929): [B, L, C] to [B, L, C]. Keys: norm1, attn, norm2, mlp.</summary>
internal sealed class VitBlock : Module<Tensor, Tensor>
{
    private const int MlpRatio = 4;

    [ComponentName(Name = "norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly FusedAttention _attention;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    /// <summary>Creates a block whose feed-forward part is four times as wide.</summary>
    public VitBlock(int width, int heads, double epsilon = 1e-6) : base(nameof(VitBlock))
    {
        _attentionNorm = new LayerNorm(width, epsilon);
        _attention = new FusedAttention(width, heads, ProjectionBias.All);
        _mlpNorm = new LayerNorm(width, epsilon);
        _mlp = new FeedForward(width, MlpRatio * width);
        RegisterComponents();
    }

    /// <summary>The start of both halves.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        _attention.Initialize(deviation, generator);
        _mlp.Initialize(deviation, 1, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + _attention.call(_attentionNorm.call(input));
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}
