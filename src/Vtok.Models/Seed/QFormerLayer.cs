using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>Post-norm layer: self-attention over all rows, then for queries cross attention (in some layers) and their own feed-forward part.</summary>
/// <remarks>Keys: attention, crossattention (in some layers), intermediate_query, output_query; with text also intermediate, output.</remarks>
internal sealed class QFormerLayer : Module
{
    [ComponentName(Name = "attention")] private readonly QFormerAttention _attention;
    [ComponentName(Name = "crossattention")] private readonly QFormerAttention? _crossAttention;
    [ComponentName(Name = "intermediate")] private readonly DenseLayer? _textExpand;
    [ComponentName(Name = "output")] private readonly ResidualOutput? _textContract;
    [ComponentName(Name = "intermediate_query")] private readonly DenseLayer _queryExpand;
    [ComponentName(Name = "output_query")] private readonly ResidualOutput _queryContract;

    public QFormerLayer(QFormerConfig config, int index) : base(nameof(QFormerLayer))
    {
        _attention = new QFormerAttention(config, config.Width);
        _crossAttention = index % config.CrossAttentionEvery == 0 ? new QFormerAttention(config, config.EncoderWidth) : null;
        if (config.VocabularySize is not null)
        {
            _textExpand = new DenseLayer(config.Width, config.MlpWidth);
            _textContract = new ResidualOutput(config.MlpWidth, config.Width, config.NormEpsilon);
        }
        _queryExpand = new DenseLayer(config.Width, config.MlpWidth);
        _queryContract = new ResidualOutput(config.MlpWidth, config.Width, config.NormEpsilon);
        RegisterComponents();
    }

    public Tensor Run(Tensor x, int queries, Tensor? selfMask, Tensor? states, Tensor? crossMask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = _attention.Run(x, x, selfMask);                                   // [B, L, C]
        long rest = attended.size(1) - queries;
        Tensor? query = queries > 0 ? Query(attended.narrow(1, 0, queries), states, crossMask) : null;
        Tensor? text = rest > 0 ? FeedForward(attended.narrow(1, queries, rest), _textExpand, _textContract) : null;
        Tensor output = query is null ? text! : text is null ? query : cat([query, text], dim: 1);
        return output.MoveToOuterDisposeScope();
    }

    private Tensor Query(Tensor rows, Tensor? states, Tensor? crossMask)
    {
        Tensor read = _crossAttention is null || states is null ? rows : _crossAttention.Run(rows, states, crossMask); // [B, M, C]
        return FeedForward(read, _queryExpand, _queryContract);
    }

    private static Tensor FeedForward(Tensor rows, DenseLayer? expand, ResidualOutput? contract) =>
        expand is null || contract is null ? throw new InvalidOperationException("this Q-Former has no text path")
            : contract.Run(functional.gelu(expand.call(rows)), rows);
}
