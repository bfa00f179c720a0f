using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Pre-norm transformer block: [B, L, C] to [B, L, C]. Keys: ln_1, attn, ln_2, mlp.</summary>
public sealed class TransformerBlock : Module<Tensor, Tensor>
{
    private const int MlpRatio = 4;

    [ComponentName(Name = "ln_1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly MultiHeadAttention _attention;
    [ComponentName(Name = "ln_2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;

    /// <summary>Creates a block whose feed-forward part is four times as wide.</summary>
    public TransformerBlock(int width, int heads, Activation activation = Activation.Gelu) : base(nameof(TransformerBlock))
    {
        _attentionNorm = new LayerNorm(width);
        _attention = new MultiHeadAttention(width, heads);
        _mlpNorm = new LayerNorm(width);
        _mlp = new Mlp(width, MlpRatio * width, activation);
        RegisterComponents();
    }

    /// <summary>The start of both halves.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        _attention.Initialize(deviation, generator);
        _mlp.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + _attention.call(_attentionNorm.call(input));
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}
