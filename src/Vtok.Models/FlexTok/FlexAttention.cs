using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Self-attention over packed rows [R, D]. Keys: wq, wk, wv, proj.</summary>
/// <remarks>The logits are scaled by 8 / head width, which is the usual 1 / sqrt only for a width of 64 (a trace of muP).</remarks>
internal sealed class FlexAttention : Module<Tensor, TokenLayout, bool, Tensor>
{
    private const double ScaleNumerator = 8;

    [ComponentName(Name = "wq")] private readonly Linear _query;
    [ComponentName(Name = "wk")] private readonly Linear _key;
    [ComponentName(Name = "wv")] private readonly Linear _value;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly long[] _headWidth;
    private readonly int _heads;
    private readonly bool _normalize;
    private readonly double _queryScale;

    public FlexAttention(FlexTransformerConfig config) : base(nameof(FlexAttention))
    {
        int width = config.Width;
        _query = new Linear(width, width, config.QueryBias);
        _key = new Linear(width, width, config.QueryBias);
        _value = new Linear(width, width, config.QueryBias);
        _output = new Linear(width, width, config.OutputBias);
        (_heads, _headWidth, _normalize) = (config.Heads, [config.HeadWidth], config.NormalizeQueries);
        _queryScale = ScaleNumerator / Math.Sqrt(config.HeadWidth); // the operator itself divides by the root
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        foreach (Linear layer in (Linear[])[_query, _key, _value, _output])
            FlexInitialization.Xavier(layer, generator);
    }

    /// <summary>Rows to rows; with <paramref name="patchesAlone"/> only the patches ask.</summary>
    public override Tensor forward(Tensor rows, TokenLayout layout, bool patchesAlone)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor asking = patchesAlone ? rows.narrow(0, 0, layout.PatchRows) : rows;
        Tensor query = Heads(_query.call(asking), _normalize), key = Heads(_key.call(rows), _normalize), value = Heads(_value.call(rows), false);
        if (_queryScale != 1)
            query = query * _queryScale;
        return _output.call(layout.Attend(query, key, value)).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows, bool normalize)
    {
        Tensor heads = rows.view(rows.size(0), _heads, _headWidth[0]); // [R, H, D/H]
        return normalize ? TokenNorm.Apply(heads, _headWidth) : heads;
    }
}
