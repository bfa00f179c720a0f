using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Residual blocks at one resolution, then a change of resolution. Keys: block.{i}, upsample_conv.</summary>
internal sealed class ProxyLevel : Module<Tensor, Tensor>
{
    [ComponentName(Name = "block")] private readonly TorchSharp.Modules.ModuleList<ProxyResidualBlock> _blocks;
    [ComponentName(Name = "upsample_conv")] private readonly Conv2d? _upsample;
    private readonly Resize _resize;

    public ProxyLevel(int inputs, int outputs, int blocks, int groups, Resize resize) : base(nameof(ProxyLevel))
    {
        _blocks = ModuleList([.. Enumerable.Range(0, blocks).Select(i => new ProxyResidualBlock(i == 0 ? inputs : outputs, outputs, groups))]);
        _upsample = resize == Resize.Double ? new Conv2d(outputs, outputs, 3, padding: 1) : null;
        _resize = resize;
        RegisterComponents();
    }

    public enum Resize
    {
        None,
        Halve,
        Double,
    }

    public void Initialize(Generator generator)
    {
        foreach (ProxyResidualBlock block in _blocks)
            block.Initialize(generator);
        _upsample?.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor current = Chain.Run(input, _blocks);
        Tensor resized = _resize switch
        {
            Resize.Halve => functional.avg_pool2d(current, 2, 2),
            Resize.Double => _upsample!.call(functional.interpolate(current, scale_factor: [2, 2], mode: InterpolationMode.Nearest)),
            _ => current,
        };
        return resized.MoveToOuterDisposeScope();
    }
}
