using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vision;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>A block of the <see cref="LavitDecoder"/>: queries [B, N, C] read the codes. Keys: norm0, self_attn, norm1, cross_attn, norm2, mlp.</summary>
internal sealed class DecoderBlock : Module
{
    [ComponentName(Name = "norm0")] private readonly LayerNorm _selfNorm;
    [ComponentName(Name = "self_attn")] private readonly FusedAttention _self;
    [ComponentName(Name = "norm1")] private readonly LayerNorm _crossNorm;
    [ComponentName(Name = "cross_attn")] private readonly CrossAttention _cross;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    public DecoderBlock(LavitDecoderConfig config) : base(nameof(DecoderBlock))
    {
        _selfNorm = new LayerNorm(config.Width, config.NormEpsilon);
        _self = new FusedAttention(config.Width, config.Heads, ProjectionBias.All);
        _crossNorm = new LayerNorm(config.Width, config.NormEpsilon);
        _cross = new CrossAttention(config.Width, config.Heads);
        _mlpNorm = new LayerNorm(config.Width, config.NormEpsilon);
        _mlp = new FeedForward(config.Width, config.MlpWidth);
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        _self.Initialize(deviation, generator);
        _cross.Initialize(deviation, generator);
        _mlp.Initialize(deviation, 1, generator);
    }

    /// <summary>Runs the block on queries [B, N, C], codes [B, L, C] and what is added to the scores of each code [B, 1, 1, L].</summary>
    public Tensor Run(Tensor queries, Tensor codes, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor self = queries + _self.call(_selfNorm.call(queries));
        Tensor cross = self + _cross.Biased(_crossNorm.call(self), codes, bias); // the codes are not normalised
        return (cross + _mlp.call(_mlpNorm.call(cross))).MoveToOuterDisposeScope();
    }
}
