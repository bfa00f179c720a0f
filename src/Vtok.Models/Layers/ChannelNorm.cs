using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Layer norm over the channels of every pixel: [B, C, H, W] to the same. Keys: weight, bias [C].</summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter _bias;
    private readonly long[] _shape;
    private readonly double _epsilon;

    public ChannelNorm(int channels, double epsilon) : base(nameof(ChannelNorm))
    {
        _weight = new TorchSharp.Modules.Parameter(ones(channels));
        _bias = new TorchSharp.Modules.Parameter(zeros(channels));
        (_shape, _epsilon) = ([channels], epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = functional.layer_norm(input.permute(0, 2, 3, 1), _shape, _weight, _bias, _epsilon); // [B, H, W, C]
        return rows.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }
}
