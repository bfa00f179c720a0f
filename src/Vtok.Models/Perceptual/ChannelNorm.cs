using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>Layer norm over the channels of [B, C, H, W]. Keys: weight, bias [C].</summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter _bias;
    private readonly long[] _shape;

    public ChannelNorm(int channels) : base(nameof(ChannelNorm))
    {
        _weight = new TorchSharp.Modules.Parameter(ones(channels));
        _bias = new TorchSharp.Modules.Parameter(zeros(channels));
        _shape = [channels];
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return functional.layer_norm(input.permute(0, 2, 3, 1), _shape, _weight, _bias, ConvNext.NormEpsilon).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
