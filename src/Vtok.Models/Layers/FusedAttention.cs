using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Which of the three projections of a <see cref="FusedAttention"/> add a bias.</summary>
internal enum ProjectionBias
{
    /// <summary>All, as one vector qkv.bias [3C].</summary>
    All,

    /// <summary>Queries and values, as q_bias and v_bias [C] (BEiT and its followers).</summary>
    QueryAndValue,
}

/// <summary>Multi-head self-attention with one matrix for queries, keys and values: [B, L, C] to [B, L, C], scale 1/sqrt(C/heads).</summary>
/// <remarks>Keys: qkv.weight [3C, C], qkv.bias or q_bias and v_bias, proj.weight, proj.bias.</remarks>
internal sealed class FusedAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "qkv")] private readonly Linear _projection;
    [ComponentName(Name = "q_bias")] private readonly TorchSharp.Modules.Parameter? _queryBias;
    [ComponentName(Name = "v_bias")] private readonly TorchSharp.Modules.Parameter? _valueBias;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly int _heads;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentException">The width does not divide into the heads.</exception>
    public FusedAttention(int width, int heads, ProjectionBias bias) : base(nameof(FusedAttention))
    {
        if (heads < 1 || width % heads != 0)
            throw new ArgumentException($"width {width} does not divide into {heads} heads");
        _projection = new Linear(width, 3 * width, bias: bias == ProjectionBias.All);
        if (bias == ProjectionBias.QueryAndValue)
            (_queryBias, _valueBias) = (new TorchSharp.Modules.Parameter(zeros(width)), new TorchSharp.Modules.Parameter(zeros(width)));
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        foreach (Tensor? bias in (Tensor?[])[_queryBias, _valueBias])
            if (bias is not null)
                Initialization.Zero(bias);
        _projection.Initialize(deviation, generator);
        _output.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = _projection.call(input).chunk(3, dim: -1); // 3 x [B, L, C]
        Tensor query = _queryBias is null ? parts[0] : parts[0] + _queryBias;
        Tensor value = _valueBias is null ? parts[2] : parts[2] + _valueBias;
        return _output.call(Attention.Mix(query, parts[1], value, _heads)).MoveToOuterDisposeScope();
    }
}
