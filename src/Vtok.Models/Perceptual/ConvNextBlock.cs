using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>Depthwise convolution, norm and a feed-forward layer beside the input (arXiv 2201.03545, figure 4): [B, C, H, W] to the same shape.</summary>
internal sealed class ConvNextBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "layer_scale")] private readonly TorchSharp.Modules.Parameter _scale; // [C, 1, 1]
    [ComponentName(Name = "block")] private readonly TorchSharp.Modules.ModuleDict<Module<Tensor, Tensor>> _block;

    public ConvNextBlock(int channels) : base(nameof(ConvNextBlock))
    {
        _scale = new TorchSharp.Modules.Parameter(empty(channels, 1, 1));
        _block = ModuleDict<Module<Tensor, Tensor>>(
            ("0", new Conv2d(channels, channels, 7, padding: 3, groups: channels)),
            ("2", new LayerNorm(channels, ConvNext.NormEpsilon)),
            ("3", new Linear(channels, 4 * channels)),
            ("5", new Linear(4 * channels, channels)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = _block["2"].call(_block["0"].call(input).permute(0, 2, 3, 1)); // [B, H, W, C]
        Tensor mixed = _block["5"].call(functional.gelu(_block["3"].call(rows))).permute(0, 3, 1, 2);
        return (input + _scale * mixed).MoveToOuterDisposeScope();
    }
}
