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
        long batch = queries.size(0), length = queries.size(1), width = queries.size(2);
        Tensor Heads(Tensor x) => x.view(batch, x.size(1), _heads, width / _heads).transpose(1, 2); // [B, H, L, C/H]
        Tensor mixed = functional.scaled_dot_product_attention(
            Heads(_query.call(queries)), Heads(_key.call(context)), Heads(_value.call(context)), bias.expand(batch, 1, length, context.size(1)));
        return _output.call(mixed.transpose(1, 2).reshape(batch, length, width)).MoveToOuterDisposeScope();
    }
}
