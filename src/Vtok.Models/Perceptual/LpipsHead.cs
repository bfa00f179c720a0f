using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>The weight of each channel of one level: [B, C, h, w] to [B, 1, h, w]. Key: model.1.weight [1, C, 1, 1].</summary>
internal sealed class LpipsHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "model.1.weight")] private readonly TorchSharp.Modules.Parameter _weight;

    public LpipsHead(int width) : base(nameof(LpipsHead))
    {
        _weight = new TorchSharp.Modules.Parameter(empty(1, width, 1, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.conv2d(input, _weight);
}
