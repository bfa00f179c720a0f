using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>Each channel smoothed by 1 2 1 along both sides, mirrored at the borders: [B, C, H, W] to the same. Key: f, the published buffer [3].</summary>
internal sealed class BinomialBlur : Module<Tensor, Tensor>
{
    private const string Taps = "f";

    public BinomialBlur() : base(nameof(BinomialBlur)) => register_buffer(Taps, tensor([1f, 2f, 1f]));

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = input.size(1);
        Tensor taps = get_buffer(Taps)!;
        Tensor kernel = taps.unsqueeze(0) * taps.unsqueeze(1);                                   // [3, 3]
        Tensor kernels = (kernel / kernel.sum()).expand(channels, 1, 3, 3);                       // [C, 1, 3, 3]
        Tensor padded = functional.pad(input, [1, 1, 1, 1], PaddingModes.Reflect);                // [B, C, H + 2, W + 2]
        return functional.conv2d(padded, kernels, groups: channels).MoveToOuterDisposeScope();
    }
}
