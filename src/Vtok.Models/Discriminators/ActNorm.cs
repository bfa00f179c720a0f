using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>A scale and shift for each channel that the first training batch sets to zero mean and unit deviation (arXiv 1807.03039, section 3.1): [B, C, H, W].</summary>
/// <remarks>Keys: loc, scale [1, C, 1, 1], initialized (a byte).</remarks>
internal sealed class ActNorm : Module<Tensor, Tensor>
{
    private const string Flag = "initialized";
    private const double Epsilon = 1e-6;

    [ComponentName(Name = "loc")] private readonly TorchSharp.Modules.Parameter _shift;
    [ComponentName(Name = "scale")] private readonly TorchSharp.Modules.Parameter _scale;
    private bool _initialized; // what the buffer was found to say; the device is asked until it says so

    public ActNorm(int channels) : base(nameof(ActNorm))
    {
        _shift = new TorchSharp.Modules.Parameter(zeros(1, channels, 1, 1));
        _scale = new TorchSharp.Modules.Parameter(ones(1, channels, 1, 1));
        RegisterComponents();
        register_buffer(Flag, zeros([], ScalarType.Byte));
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        if (training && !_initialized)
            Start(input.detach());
        return (_scale * (input + _shift)).MoveToOuterDisposeScope();
    }

    private void Start(Tensor input)
    {
        using IDisposable quiet = no_grad();
        Tensor flag = get_buffer(Flag)!;
        _initialized = true;
        if (flag.item<byte>() != 0)
            return;
        Tensor rows = input.transpose(0, 1).flatten(1); // [C, BHW]
        _shift.detach().copy_(-rows.mean([1]).view(1, -1, 1, 1));
        _scale.detach().copy_(1 / (rows.std(1).view(1, -1, 1, 1) + Epsilon));
        flag.fill_(1);
    }
}
