using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>Multi-head self-attention with one fused projection, all three parts biased: [B, L, C] to [B, L, C].</summary>
/// <remarks>Keys: qkv.weight [3C, C], qkv.bias, proj.weight, proj.bias.</remarks>
public sealed class VitAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "qkv")] private readonly Linear _input;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly int _heads;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentException">The width does not divide into the heads.</exception>
    public VitAttention(int width, int heads) : base(nameof(VitAttention))
    {
        if (heads < 1 || width % heads != 0)
            throw new ArgumentException($"width {width} does not divide into {heads} heads");
        _input = new Linear(width, 3 * width);
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        _input.Initialize(deviation, generator);
        _output.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), length = input.size(1), width = input.size(2);
        Tensor[] parts = _input.call(input)                                      // [B, L, 3C]
            .view(batch, length, 3, _heads, width / _heads)
            .permute(2, 0, 3, 1, 4).unbind(0);                                   // 3 x [B, H, L, C/H]
        Tensor mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        Tensor joined = mixed.transpose(1, 2).reshape(batch, length, width);     // [B, L, C]
        return _output.call(joined).MoveToOuterDisposeScope();
    }
}
