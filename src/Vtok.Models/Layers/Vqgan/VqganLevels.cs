using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers.Autoencoder;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vqgan;

/// <summary>Residual blocks at one resolution, attention after each where it is wanted (the coarsest), then halving where a coarser one follows.</summary>
internal sealed class VqganDownLevel : Module
{
    [ComponentName(Name = "res")] private readonly ModuleList<ResidualBlock> _blocks;
    [ComponentName(Name = "attn")] private readonly ModuleList<VqganAttention>? _attentions;
    [ComponentName(Name = "downsample")] private readonly Downsampler? _downsample;

    public VqganDownLevel(int inputs, int outputs, int blocks, int groups, bool coarsest, bool attention) : base(nameof(VqganDownLevel))
    {
        _blocks = VqganLevel.Blocks(inputs, outputs, blocks, groups);
        _attentions = coarsest && attention ? VqganLevel.Attentions(outputs, blocks, groups) : null;
        _downsample = coarsest ? null : new Downsampler(outputs);
        RegisterComponents();
    }

    /// <summary>What runs, in order.</summary>
    public IEnumerable<Module<Tensor, Tensor>> Steps => VqganLevel.Steps(_blocks, _attentions, _downsample);
}

/// <summary>Residual blocks at one resolution, attention after each where it is wanted (the coarsest), then doubling where a finer one follows.</summary>
internal sealed class VqganUpLevel : Module
{
    [ComponentName(Name = "res")] private readonly ModuleList<ResidualBlock> _blocks;
    [ComponentName(Name = "attn")] private readonly ModuleList<VqganAttention>? _attentions;
    [ComponentName(Name = "upsample")] private readonly Upsampler? _upsample;

    public VqganUpLevel(int inputs, int outputs, int blocks, int groups, bool attention, bool finest) : base(nameof(VqganUpLevel))
    {
        _blocks = VqganLevel.Blocks(inputs, outputs, blocks, groups);
        _attentions = attention ? VqganLevel.Attentions(outputs, blocks, groups) : null;
        _upsample = finest ? null : new Upsampler(outputs);
        RegisterComponents();
    }

    /// <summary>What runs, in order.</summary>
    public IEnumerable<Module<Tensor, Tensor>> Steps => VqganLevel.Steps(_blocks, _attentions, _upsample);
}

/// <summary>What the levels of both halves have in common.</summary>
internal static class VqganLevel
{
    public static ModuleList<ResidualBlock> Blocks(int inputs, int outputs, int count, int groups) =>
        new([.. Enumerable.Range(0, count).Select(i => new ResidualBlock(i == 0 ? inputs : outputs, outputs, groups, diffusers: false))]);

    public static ModuleList<VqganAttention> Attentions(int width, int count, int groups) =>
        new([.. Enumerable.Range(0, count).Select(_ => new VqganAttention(width, groups))]);

    /// <summary>A residual block, attention where it is wanted, a residual block: the middle of either half.</summary>
    public static ModuleList<Module<Tensor, Tensor>> Middle(int width, int groups, bool attention)
    {
        ResidualBlock first = new(width, width, groups, diffusers: false), last = new(width, width, groups, diffusers: false);
        return attention ? new(first, new VqganAttention(width, groups), last) : new(first, last);
    }

    /// <summary>Whether a step is one of a level or of the middle; the others are the first and the last layers.</summary>
    public static bool IsPart(Module<Tensor, Tensor> step) => step is ResidualBlock or VqganAttention or Downsampler or Upsampler;

    /// <summary>Each block, the attention after it where there is any, then the change of size.</summary>
    public static IEnumerable<Module<Tensor, Tensor>> Steps(
        ModuleList<ResidualBlock> blocks, ModuleList<VqganAttention>? attentions, Module<Tensor, Tensor>? resize)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            yield return blocks[i];
            if (attentions is not null)
                yield return attentions[i];
        }
        if (resize is not null)
            yield return resize;
    }
}
