using TorchSharp.Utils;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Multi-head self-attention over all tokens (arXiv 1706.03762, section 3.2): [B, L, C] to [B, L, C], scale 1/sqrt(C/heads).</summary>
/// <remarks>Keys: in_proj_weight [3C, C] and in_proj_bias [3C] (rows q, k, v), out_proj.weight, out_proj.bias.</remarks>
public sealed class MultiHeadAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "in_proj_weight")] private readonly TorchSharp.Modules.Parameter _inputWeight;
    [ComponentName(Name = "in_proj_bias")] private readonly TorchSharp.Modules.Parameter _inputBias;
    [ComponentName(Name = "out_proj")] private readonly Linear _output;
    private readonly int _heads;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentException">The width does not divide into the heads.</exception>
    public MultiHeadAttention(int width, int heads) : base(nameof(MultiHeadAttention))
    {
        if (heads < 1 || width % heads != 0)
            throw new ArgumentException($"width {width} does not divide into {heads} heads");
        _inputWeight = new TorchSharp.Modules.Parameter(empty(3 * width, width));
        _inputBias = new TorchSharp.Modules.Parameter(zeros(3 * width));
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    /// <summary>Xavier's draws for q, k, v as published, the given deviation for the output, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        Initialization.XavierUniform(_inputWeight, generator);
        Initialization.Zero(_inputBias);
        _output.Initialize(deviation, generator);
    }

    /// <summary>Queries that read other tokens: [B, M, C] and [B, N, C] to [B, M, C].</summary>
    public Tensor Attend(Tensor queries, Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = _inputWeight.chunk(3), biases = _inputBias.chunk(3);
        Tensor Project(Tensor x, int part) => functional.linear(x, weights[part], biases[part]);
        Tensor mixed = Attention.Mix(Project(queries, 0), Project(tokens, 1), Project(tokens, 2), _heads); // [B, M, C]
        return _output.call(mixed).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), length = input.size(1), width = input.size(2);
        Tensor[] parts = Affine.Linear(input, _inputWeight, _inputBias)          // [B, L, 3C]
            .view(batch, length, 3, _heads, width / _heads)
            .permute(2, 0, 3, 1, 4).unbind(0);                                   // 3 x [B, H, L, C/H]
        Tensor mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        Tensor joined = mixed.transpose(1, 2).reshape(batch, length, width);     // [B, L, C]
        return _output.call(joined).MoveToOuterDisposeScope();
    }
}
