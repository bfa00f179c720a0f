using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vqgan;

/// <summary>One head of self-attention over all positions of [B, C, H, W], added to its input. Keys: norm, q, k, v, proj_out (1x1 convolutions).</summary>
internal sealed class VqganAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")] private readonly GroupNorm _norm;
    [ComponentName(Name = "q")] private readonly Conv2d _query;
    [ComponentName(Name = "k")] private readonly Conv2d _key;
    [ComponentName(Name = "v")] private readonly Conv2d _value;
    [ComponentName(Name = "proj_out")] private readonly Conv2d _output;

    public VqganAttention(int width, int groups) : base(nameof(VqganAttention))
    {
        _norm = new GroupNorm(groups, width, ResidualBlock.Epsilon);
        _query = new Conv2d(width, width, 1);
        _key = new Conv2d(width, width, 1);
        _value = new Conv2d(width, width, 1);
        _output = new Conv2d(width, width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), width = input.size(1), height = input.size(2), columns = input.size(3);
        Tensor normed = _norm.call(input);
        Tensor Rows(Conv2d projection) => projection.call(normed).view(batch, 1, width, height * columns).transpose(2, 3); // [B, 1, HW, C]
        // Scale C^-0.5; never holds the (HW)^2 matrix.
        Tensor mixed = functional.scaled_dot_product_attention(Rows(_query), Rows(_key), Rows(_value));                    // [B, 1, HW, C]
        Tensor picture = mixed.transpose(2, 3).reshape(batch, width, height, columns);                                    // [B, C, H, W]
        return (input + _output.call(picture)).MoveToOuterDisposeScope();
    }
}
