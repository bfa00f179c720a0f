using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>Pictures in -1..1 to the range that a vision transformer was trained on, beyond which they are cut: [B, 3, H, W] to the same.</summary>
/// <remarks>Keys: shift, scale [1, 3, 1, 1] (buffers).</remarks>
internal sealed class PixelScaling : Module<Tensor, Tensor>
{
    // Mean and deviation of the pictures that CLIP was trained on.
    private static readonly float[] ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] ClipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    [ComponentName(Name = "shift")] private readonly Tensor _shift;
    [ComponentName(Name = "scale")] private readonly Tensor _scale;

    public PixelScaling(TokenFlowTeacher teacher) : base(nameof(PixelScaling))
    {
        using DisposeScope scope = NewDisposeScope();
        bool half = teacher == TokenFlowTeacher.SigLip;
        _shift = Buffer(half ? Half : ClipMean);
        _scale = Buffer(half ? Half : ClipDeviation);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor unit = ((input + 1) * 127.5).clamp(0, 255) / 255;
        return ((unit - _shift) / _scale).MoveToOuterDisposeScope();
    }

    private static Tensor Buffer(float[] values) => tensor(values).view(1, 3, 1, 1).clone().DetachFromDisposeScope();
}
