using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>Halves the sides through a binomial blur (arXiv 1904.11486): [B, C, H, W] to [B, C, ceil(H / 2), ceil(W / 2)]. Buffer: kernel [1, 1, k, k].</summary>
internal sealed class BlurDownsample : Module<Tensor, Tensor>
{
    private const long Stride = 2;

    [ComponentName(Name = "kernel")] private readonly Tensor _kernel;

    public BlurDownsample(int kernel) : base(nameof(BlurDownsample))
    {
        float[] row = new float[kernel];
        row[0] = 1;
        for (int i = 1; i < kernel; i++)
            for (int j = i; j > 0; j--)
                row[j] += row[j - 1]; // Pascal's triangle, in place
        using Tensor weights = tensor(row) / row.Sum();
        _kernel = (weights.unsqueeze(1) * weights).view(1, 1, kernel, kernel).DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = input.size(1), side = _kernel.size(2);
        (long top, long bottom) = Padding(input.size(2), side);
        (long left, long right) = Padding(input.size(3), side);
        Tensor padded = functional.pad(input, [left, right, top, bottom]);
        return functional.conv2d(padded, _kernel.expand(channels, 1, side, side), null, [Stride, Stride], groups: channels).MoveToOuterDisposeScope();
    }

    /// <summary>TensorFlow's "same" rule: the odd one comes after.</summary>
    private static (long Before, long After) Padding(long size, long kernel)
    {
        long total = Math.Max(((size + Stride - 1) / Stride - 1) * Stride + kernel - size, 0);
        return (total / 2, total - total / 2);
    }
}
