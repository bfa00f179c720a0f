using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>One vector for a picture (CLIP, arXiv 2103.00020, section 2.4): features [B, N, F], their mean in front, attend; the first is projected.</summary>
/// <remarks>Keys: positional_embedding [1+N, F], k_proj, q_proj, v_proj [F, F], c_proj [outputs, F].</remarks>
internal sealed class AttentionPool : Module<Tensor, Tensor>
{
    [ComponentName(Name = "positional_embedding")] private readonly TorchSharp.Modules.Parameter _positions;
    [ComponentName(Name = "k_proj")] private readonly Linear _key;
    [ComponentName(Name = "q_proj")] private readonly Linear _query;
    [ComponentName(Name = "v_proj")] private readonly Linear _value;
    [ComponentName(Name = "c_proj")] private readonly Linear _output;
    private readonly int _heads;

    public AttentionPool(int positions, int width, int heads, int outputs) : base(nameof(AttentionPool))
    {
        _positions = new TorchSharp.Modules.Parameter(empty(1 + positions, width));
        _key = new Linear(width, width);
        _query = new Linear(width, width);
        _value = new Linear(width, width);
        _output = new Linear(width, outputs);
        _heads = heads;
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        Initialization.TruncatedNormal(_positions, deviation, generator);
        foreach (Linear layer in new[] { _key, _query, _value, _output })
            layer.Initialize(deviation, generator);
    }

    public override Tensor forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = cat([features.mean([1], keepdim: true), features], 1) + _positions; // [B, 1+N, F]
        Tensor first = _query.call(x.narrow(1, 0, 1));                                 // [B, 1, F]: only this row is read
        Tensor pooled = Attention.Mix(first, _key.call(x), _value.call(x), _heads);    // [B, 1, F]
        return _output.call(pooled.squeeze(1)).MoveToOuterDisposeScope();              // [B, outputs]
    }
}
