using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Attention of queries [B, M, C] to a context [B, N, C].</summary>
/// <remarks>Keys: query, key, value, proj, each with weight [C, C] and bias [C].</remarks>
internal sealed class CrossAttention : Module
{
    [ComponentName(Name = "query")] private readonly Linear _query;
    [ComponentName(Name = "key")] private readonly Linear _key;
    [ComponentName(Name = "value")] private readonly Linear _value;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly int _heads;

    public CrossAttention(int width, int heads) : base(nameof(CrossAttention))
    {
        _query = new Linear(width, width);
        _key = new Linear(width, width);
        _value = new Linear(width, width);
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        foreach (Linear layer in new[] { _query, _key, _value, _output })
            layer.Initialize(deviation, generator);
    }

    /// <summary>Attention under a policy [B, 1, 1, N].</summary>
    public Tensor Chosen(Tensor queries, Tensor context, Tensor policy)
    {
        using DisposeScope scope = NewDisposeScope();
        return _output.call(PolicySoftmax.Mix(_query.call(queries), _key.call(context), _value.call(context), _heads, policy)).MoveToOuterDisposeScope();
    }

    /// <summary>Attention with scores added to those of every query, [B, 1, 1, N].</summary>
    public Tensor Biased(Tensor queries, Tensor context, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = bias.expand(queries.size(0), 1, queries.size(1), context.size(1)); // [B, 1, M, N]
        return _output.call(Attention.Mix(_query.call(queries), _key.call(context), _value.call(context), _heads, scores)).MoveToOuterDisposeScope();
    }
}
