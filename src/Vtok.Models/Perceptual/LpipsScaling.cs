using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>ImageNet's mean and deviation for pictures in -1..1, with the published rounding. Keys: shift, scale [1, 3, 1, 1].</summary>
internal sealed class LpipsScaling : Module<Tensor, Tensor>
{
    private const string Shift = "shift", Scale = "scale";

    public LpipsScaling() : base(nameof(LpipsScaling))
    {
        register_buffer(Shift, tensor([-0.030f, -0.088f, -0.188f]).view(1, 3, 1, 1));
        register_buffer(Scale, tensor([0.458f, 0.448f, 0.450f]).view(1, 3, 1, 1));
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return ((input - get_buffer(Shift)!) / get_buffer(Scale)!).MoveToOuterDisposeScope();
    }
}
