using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>Self-attention of an <see cref="EvaVit"/>: [B, L, C] to [B, L, C]. Queries and values have a bias, keys have none.</summary>
/// <remarks>Keys: q_bias, v_bias [C], qkv.weight [3C, C], proj; with relative positions also relative_position_bias_table and relative_position_index.</remarks>
internal sealed class EvaAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "q_bias")] private readonly TorchSharp.Modules.Parameter? _queryBias;
    [ComponentName(Name = "v_bias")] private readonly TorchSharp.Modules.Parameter? _valueBias;
    [ComponentName(Name = "relative_position_bias_table")] private readonly TorchSharp.Modules.Parameter? _table; // [R, H]
    [ComponentName(Name = "relative_position_index")] private readonly Tensor? _index;                            // [L, L]
    [ComponentName(Name = "qkv")] private readonly Linear _input;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly int _heads;

    /// <summary>Creates the attention of a tower's block.</summary>
    public EvaAttention(EvaVitConfig config) : base(nameof(EvaAttention))
    {
        if (config.QueryValueBias)
        {
            _queryBias = new TorchSharp.Modules.Parameter(zeros(config.Width));
            _valueBias = new TorchSharp.Modules.Parameter(zeros(config.Width));
        }
        if (config.RelativePositions)
        {
            _table = new TorchSharp.Modules.Parameter(zeros(RelativePositionBias.Rows(config.Grid), config.Heads));
            _index = RelativePositionBias.Index(config.Grid);
        }
        _input = new Linear(config.Width, 3 * config.Width, bias: false);
        _output = new Linear(config.Width, config.Width);
        _heads = config.Heads;
        RegisterComponents();
    }

    /// <summary>Small normal draws, the output's divided; biases and tables zero.</summary>
    public void Initialize(double deviation, double divisor, Generator generator)
    {
        foreach (Tensor? zero in (Tensor?[])[_queryBias, _valueBias, _table])
            if (zero is not null)
                Initialization.Zero(zero);
        _input.Initialize(deviation, generator);
        _output.Initialize(deviation / divisor, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Run(input, null);

    /// <summary>As <see cref="forward"/>, with the tower's shared bias [H, L, L] or null.</summary>
    internal Tensor Run(Tensor input, Tensor? sharedBias)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), length = input.size(1), width = input.size(2);
        Tensor? bias = _queryBias is null ? null : cat([_queryBias, zeros_like(_queryBias, requires_grad: false), _valueBias!]); // [3C]
        Tensor[] parts = functional.linear(input, _input.Weight, bias)           // [B, L, 3C]
            .view(batch, length, 3, _heads, width / _heads)
            .permute(2, 0, 3, 1, 4).unbind(0);                                   // 3 x [B, H, L, C/H]
        Tensor? scores = _table is null ? sharedBias : RelativePositionBias.Lookup(_table, _index!);
        if (_table is not null && sharedBias is not null)
            scores = scores! + sharedBias;                                       // [H, L, L]
        Tensor mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], scores?.unsqueeze(0));
        Tensor joined = mixed.transpose(1, 2).reshape(batch, length, width);     // [B, L, C]
        return _output.call(joined).MoveToOuterDisposeScope();
    }
}
