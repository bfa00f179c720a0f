using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>One head of self-attention over all positions of [B, C, H, W], added to its input.</summary>
internal sealed class SpatialAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "group_norm")] private readonly GroupNorm _norm;
    [ComponentName(Name = "to_q")] private readonly Linear _query;
    [ComponentName(Name = "to_k")] private readonly Linear _key;
    [ComponentName(Name = "to_v")] private readonly Linear _value;
    [ComponentName(Name = "to_out")] private readonly TorchSharp.Modules.ModuleList<Linear> _output;

    public SpatialAttention(int width, int groups) : base(nameof(SpatialAttention))
    {
        _norm = new GroupNorm(groups, width, ResidualBlock.Epsilon);
        _query = new Linear(width, width);
        _key = new Linear(width, width);
        _value = new Linear(width, width);
        _output = new TorchSharp.Modules.ModuleList<Linear>(new Linear(width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), width = input.size(1), height = input.size(2), columns = input.size(3);
        Tensor rows = _norm.call(input).view(batch, width, height * columns).transpose(1, 2); // [B, HW, C]
        Tensor Head(Linear projection) => projection.call(rows).unsqueeze(1);                 // [B, 1, HW, C]
        Tensor mixed = functional.scaled_dot_product_attention(Head(_query), Head(_key), Head(_value)).squeeze(1);
        Tensor picture = _output[0].call(mixed).transpose(1, 2).reshape(batch, width, height, columns); // [B, C, H, W]
        return (input + picture).MoveToOuterDisposeScope();
    }
}
