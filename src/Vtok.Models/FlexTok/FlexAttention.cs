using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Attention over packed rows [R, D], of a layout to itself or to another one. Keys: wq, wk, wv, proj, and q_norm, k_norm where they learn.</summary>
/// <remarks>The logits are scaled by 8 / head width, which is the usual 1 / sqrt only for a width of 64 (a trace of muP).</remarks>
internal sealed class FlexAttention : Module<Tensor, Tensor, TokenLayout, TokenLayout, Tensor>
{
    private const double ScaleNumerator = 8;

    [ComponentName(Name = "wq")] private readonly Linear _query;
    [ComponentName(Name = "wk")] private readonly Linear _key;
    [ComponentName(Name = "wv")] private readonly Linear _value;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    [ComponentName(Name = "q_norm")] private readonly TokenNorm _queryNorm;
    [ComponentName(Name = "k_norm")] private readonly TokenNorm _keyNorm;
    private readonly int _heads, _headWidth;
    private readonly double _queryScale;

    public FlexAttention(FlexTransformerConfig config) : base(nameof(FlexAttention))
    {
        int width = config.Width;
        _query = new Linear(width, width, config.QueryBias);
        _key = new Linear(width, width, config.QueryBias);
        _value = new Linear(width, width, config.QueryBias);
        _output = new Linear(width, width, config.OutputBias);
        TokenNormKind norm = config.NormalizeQueries ? config.Norm : TokenNormKind.None;
        _queryNorm = new TokenNorm(config.HeadWidth, norm);
        _keyNorm = new TokenNorm(config.HeadWidth, norm);
        (_heads, _headWidth) = (config.Heads, config.HeadWidth);
        _queryScale = ScaleNumerator / Math.Sqrt(config.HeadWidth); // the operator itself divides by the root
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        foreach (Linear layer in (Linear[])[_query, _key, _value, _output])
            FlexInitialization.Xavier(layer, generator);
    }

    /// <summary>What rows gather from others.</summary>
    /// <param name="asking">[R, D].</param>
    /// <param name="seen">[R', D]: the same rows in self-attention, a context in cross-attention.</param>
    /// <param name="askingLayout">Where the sequences of the asking rows lie.</param>
    /// <param name="seenLayout">Where those of the seen rows lie.</param>
    /// <returns>[R, D].</returns>
    public override Tensor forward(Tensor asking, Tensor seen, TokenLayout askingLayout, TokenLayout seenLayout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor query = _queryNorm.call(Heads(_query.call(asking))), key = _keyNorm.call(Heads(_key.call(seen))), value = Heads(_value.call(seen));
        if (_queryScale != 1)
            query = query * _queryScale;
        return _output.call(askingLayout.Attend(query, key, value, seenLayout)).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows) => rows.view(rows.size(0), _heads, _headWidth); // [R, H, D/H]
}
