using TorchSharp.Utils;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Residual;

/// <summary>The small convolutional decoder over dequantised tokens: planes [B, P, h, w] to a correction [B, 3, 4h, 4w] of the linear picture.</summary>
/// <remarks>A U-Net of three levels without normalisation. It has no length input: the known-masks among its planes tell which tokens are there,
/// so one network serves every prefix. The correction is in units of 127.5, that is of pictures in -1..1.</remarks>
public sealed class RefinementDecoder : Module<Tensor, Tensor>
{
    /// <summary>Slope of the leaky rectifier for negative values.</summary>
    internal const double LeakySlope = 0.1;

    /// <summary>Pixels per cell of the input planes.</summary>
    public const int CellSize = 4;

    [ComponentName(Name = "stem")] private readonly TorchSharp.Modules.Conv2d _stem;
    [ComponentName(Name = "e0")] private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> _encode0;
    [ComponentName(Name = "d0")] private readonly TorchSharp.Modules.Conv2d _down0;
    [ComponentName(Name = "e1")] private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> _encode1;
    [ComponentName(Name = "d1")] private readonly TorchSharp.Modules.Conv2d _down1;
    [ComponentName(Name = "m")] private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> _middle;
    [ComponentName(Name = "u1")] private readonly TorchSharp.Modules.Conv2d _up1;
    [ComponentName(Name = "f1")] private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> _fuse1;
    [ComponentName(Name = "u0")] private readonly TorchSharp.Modules.Conv2d _up0;
    [ComponentName(Name = "f0")] private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> _fuse0;
    [ComponentName(Name = "o")] private readonly TorchSharp.Modules.Conv2d _output;

    /// <summary>Creates a decoder with starting weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="inputPlanes">Planes P of the input: see <see cref="RefinementPlanes.Count"/>.</param>
    /// <param name="config">Sizes; null means the default.</param>
    /// <param name="seed">Seed of the starting weights.</param>
    /// <param name="device">Where it lives; null means the CPU.</param>
    public RefinementDecoder(int inputPlanes, RefinementConfig? config = null, ulong seed = 0, Device? device = null) : base(nameof(RefinementDecoder))
    {
        config ??= new RefinementConfig();
        Config = config;
        device ??= CPU;
        int wide = config.Widths[0], mid = config.Widths[1], deep = config.Widths[2];
        using var start = new RefinementInitialization(seed);

        _stem = start.Convolution(inputPlanes, wide, 3, device);
        _encode0 = Blocks(config.Blocks[0], wide, start, device);
        _down0 = start.Convolution(wide, mid, 2, device, stride: 2);
        _encode1 = Blocks(config.Blocks[1], mid, start, device);
        _down1 = start.Convolution(mid, deep, 2, device, stride: 2);
        _middle = Blocks(config.Blocks[2], deep, start, device);
        _up1 = start.Convolution(deep, 4 * mid, 1, device);
        _fuse1 = Blocks(config.Blocks[3], mid, start, device);
        _up0 = start.Convolution(mid, 4 * wide, 1, device);
        _fuse0 = Blocks(config.Blocks[4], wide, start, device);
        // The last layer starts small but not at zero: a zero layer gives the layers before it no gradient at first and they die.
        _output = start.Convolution(wide, 3 * CellSize * CellSize, 3, device, gain: 0.1, zeroBias: true);
        RegisterComponents();
    }

    /// <summary>Sizes.</summary>
    public RefinementConfig Config { get; }

    /// <summary>Whether training keeps only the input of each block and computes the block again in the backward pass: less memory, a third more time.</summary>
    public bool Checkpointing { get; set; }

    /// <summary>The weight of the layer that makes the pixels; owned by this module.</summary>
    internal Tensor LastLayer => _output.weight;

    /// <summary>The correction, to be added to the linear picture in -1..1.</summary>
    /// <param name="planes">[B, P, h, w], h and w multiples of 4.</param>
    /// <returns>[B, 3, 4h, 4w].</returns>
    public override Tensor forward(Tensor planes)
    {
        using DisposeScope scope = NewDisposeScope();
        // Channels last in memory, which every layer keeps: on a processor the gradients of wide convolutions are faster so.
        if (is_grad_enabled() && planes.device_type == DeviceType.CPU)
            planes = planes.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Tensor fine = Run(_encode0, _stem.call(planes));                              // [B, 64, h, w]
        Tensor half = Run(_encode1, _down0.call(fine));                               // [B, 128, h/2, w/2]
        Tensor x = Run(_middle, _down1.call(half));                                   // [B, 192, h/4, w/4]
        x = Run(_fuse1, functional.pixel_shuffle(_up1.call(x), 2) + half);            // [B, 128, h/2, w/2]
        x = Run(_fuse0, functional.pixel_shuffle(_up0.call(x), 2) + fine);            // [B, 64, h, w]
        return functional.pixel_shuffle(_output.call(x), CellSize).MoveToOuterDisposeScope();  // [B, 3, 4h, 4w]
    }

    private static TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> Blocks(int count, int channels, RefinementInitialization start, Device device)
        => new([.. Enumerable.Range(0, count).Select(_ => new RefinementBlock(channels, start, device))]);

    private Tensor Run(TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> blocks, Tensor x)
    {
        foreach (Module<Tensor, Tensor> block in blocks)
            x = Checkpointing && training ? GradientCheckpoint.Run(block.call, x) : block.call(x);
        return x;
    }
}
