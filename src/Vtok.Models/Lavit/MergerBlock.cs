using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vision;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>A block of the <see cref="TokenMerger"/>: [B, N, C] to [B, N, C]. Keys: norm0, token_causal_attn, norm1, token_cross_attn, norm2, mlp.</summary>
internal sealed class MergerBlock : Module
{
    [ComponentName(Name = "norm0")] private readonly LayerNorm _causalNorm;
    [ComponentName(Name = "token_causal_attn")] private readonly CausalKeptAttention _causal;
    [ComponentName(Name = "norm1")] private readonly LayerNorm _crossNorm;
    [ComponentName(Name = "token_cross_attn")] private readonly CrossAttention _cross;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    public MergerBlock(int width, int heads, int hidden) : base(nameof(MergerBlock))
    {
        _causalNorm = new LayerNorm(width);
        _causal = new CausalKeptAttention(width, heads);
        _crossNorm = new LayerNorm(width);
        _cross = new CrossAttention(width, heads);
        _mlpNorm = new LayerNorm(width);
        _mlp = new FeedForward(width, hidden);
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        _causal.Initialize(deviation, generator);
        _cross.Initialize(deviation, generator);
        _mlp.Initialize(deviation, 1, generator);
    }

    /// <summary>Runs the block.</summary>
    /// <param name="x">[B, N, C].</param>
    /// <param name="origin">What the merger began with, normalised [B, N, C].</param>
    /// <param name="kept">Policy of the causal attention [B, 1, N, N].</param>
    /// <param name="dropped">Policy of the cross-attention [B, 1, 1, N].</param>
    /// <param name="note">Takes what is there after each half, or null.</param>
    public Tensor Run(Tensor x, Tensor origin, Tensor kept, Tensor dropped, Action<string, Tensor>? note = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor causal = x + _causal.call(_causalNorm.call(x), kept);
        note?.Invoke("_after_causal", causal);
        Tensor cross = causal + _cross.Chosen(_crossNorm.call(causal), origin, dropped);
        note?.Invoke("_after_cross", cross);
        return (cross + _mlp.call(_mlpNorm.call(cross))).MoveToOuterDisposeScope();
    }
}
