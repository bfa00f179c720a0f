using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Normalisation over groups of channels of [B, C, H, W], with a learned scale and shift. Keys: weight, bias [C].</summary>
public sealed class GroupNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter _bias;
    private readonly int _groups;
    private readonly double _epsilon;

    /// <summary>Creates the layer as the identity scale and shift.</summary>
    /// <exception cref="ArgumentException">The channels do not divide into the groups.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5) : base(nameof(GroupNorm))
    {
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels do not divide into {groups} groups");
        _weight = new TorchSharp.Modules.Parameter(ones(channels));
        _bias = new TorchSharp.Modules.Parameter(zeros(channels));
        _groups = groups;
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => functional.group_norm(input, _groups, _weight, _bias, _epsilon);
}
