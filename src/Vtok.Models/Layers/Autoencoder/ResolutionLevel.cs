using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Autoencoder;

/// <summary>Residual blocks at one resolution, then halving where a coarser one follows.</summary>
internal sealed class DownBlock : Module
{
    [ComponentName(Name = "resnets")] private readonly ModuleList<ResidualBlock> _resnets;
    [ComponentName(Name = "downsamplers")] private readonly ModuleList<Downsampler>? _downsamplers;

    public DownBlock(int inputs, int outputs, int blocks, int groups, bool halve) : base(nameof(DownBlock))
    {
        _resnets = new ModuleList<ResidualBlock>([.. Enumerable.Range(0, blocks).Select(i => new ResidualBlock(i == 0 ? inputs : outputs, outputs, groups, diffusers: true))]);
        _downsamplers = halve ? new ModuleList<Downsampler>(new Downsampler(outputs)) : null;
        RegisterComponents();
    }

    /// <summary>What runs, in order.</summary>
    public IEnumerable<Module<Tensor, Tensor>> Steps => [.. _resnets, .. _downsamplers ?? []];
}

/// <summary>Residual blocks at one resolution, then doubling where a finer one follows.</summary>
internal sealed class UpBlock : Module
{
    [ComponentName(Name = "resnets")] private readonly ModuleList<ResidualBlock> _resnets;
    [ComponentName(Name = "upsamplers")] private readonly ModuleList<Upsampler>? _upsamplers;

    public UpBlock(int inputs, int outputs, int blocks, int groups, bool twice) : base(nameof(UpBlock))
    {
        _resnets = new ModuleList<ResidualBlock>([.. Enumerable.Range(0, blocks).Select(i => new ResidualBlock(i == 0 ? inputs : outputs, outputs, groups, diffusers: true))]);
        _upsamplers = twice ? new ModuleList<Upsampler>(new Upsampler(outputs)) : null;
        RegisterComponents();
    }

    /// <summary>What runs, in order.</summary>
    public IEnumerable<Module<Tensor, Tensor>> Steps => [.. _resnets, .. _upsamplers ?? []];
}
