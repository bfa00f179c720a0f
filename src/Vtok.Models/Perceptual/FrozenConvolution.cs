namespace Vtok.Models.Perceptual;

/// <summary>A convolution with bias whose weights are never trained.</summary>
internal sealed class FrozenConvolution(Tensor weight, Tensor bias, long kernel, long stride, long groups)
{
    /// <summary>Convolves without padding: [B, C, H, W] -> [B, O, (H - k) / s + 1, (W - k) / s + 1].</summary>
    public Tensor Valid(Tensor x) => Convolve(x, 0, 0);

    /// <summary>Convolves with zeros added so that the result has ceil(n / s) rows and columns, the odd one after: [B, C, H, W] -> [B, O, ceil(H / s), ceil(W / s)].</summary>
    public Tensor Same(Tensor x)
    {
        (long top, long bottom) = Padding(x.size(2));
        (long left, long right) = Padding(x.size(3));
        return top == bottom && left == right ? Convolve(x, top, left) : Convolve(nn.functional.pad(x, [left, right, top, bottom]), 0, 0);
    }

    private Tensor Convolve(Tensor x, long vertical, long horizontal) =>
        nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [vertical, horizontal], groups: groups);

    /// <summary>TensorFlow's "same" rule.</summary>
    private (long Before, long After) Padding(long size)
    {
        long total = Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
        return (total / 2, total - total / 2);
    }
}
