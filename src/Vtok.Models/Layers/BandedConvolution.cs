using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>A convolution of a large picture in bands of rows, for inference on a processor.</summary>
/// <remarks>
/// The processor's kernels copy their input and output into a layout of their own: of a band these copies are small, of a whole picture at
/// full resolution they are most of a decoder's memory. A row of the result is the same sum either way; with the kernels measured here (AVX-512,
/// float32) to the last bit. The bands depend on the size of one picture alone, so batches do not change them.
/// </remarks>
internal static class BandedConvolution
{
    private const long LargeMap = 32L << 20, Band = 8L << 20; // bytes of a picture's input or output

    /// <summary>Whether bands are worth while: input or output of a picture is large, and no graph is built.</summary>
    public static bool Pays(Tensor input, Tensor weight) =>
        !is_grad_enabled() && input.device_type == DeviceType.CPU && RowBytes(input, weight) * input.size(2) >= LargeMap;

    /// <summary>The same as a convolution of stride 1 that keeps the size.</summary>
    /// <param name="input">[B, in, H, W].</param>
    /// <param name="weight">[out, in, k, k], k odd.</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[B, out, H, W].</returns>
    public static Tensor Run(Tensor input, Tensor weight, Tensor? bias) => Run(input, weight, bias, Math.Max(1, Band / RowBytes(input, weight)));

    internal static Tensor Run(Tensor input, Tensor weight, Tensor? bias, long rows)
    {
        using DisposeScope scope = NewDisposeScope();
        long height = input.size(2), halo = weight.size(2) / 2;
        Tensor? output = null;
        for (long first = 0; first < height; first += rows)
        {
            using DisposeScope band = NewDisposeScope();
            long count = Math.Min(rows, height - first), above = Math.Min(halo, first), below = Math.Min(halo, height - first - count);
            Tensor part = input.narrow(2, first - above, above + count + below);
            Tensor padded = halo == 0 ? part : functional.pad(part, [halo, halo, halo - above, halo - below]); // [B, in, rows + 2 halo, W + 2 halo]
            Tensor result = functional.conv2d(padded, weight, bias);                                           // [B, out, rows, W]
            output ??= result.new_empty(input.size(0), weight.size(0), height, input.size(3)).MoveToOuterDisposeScope();
            output.narrow(2, first, count).copy_(result);
        }
        return output!.MoveToOuterDisposeScope();
    }

    private static long RowBytes(Tensor input, Tensor weight) => Math.Max(input.size(1), weight.size(0)) * input.size(3) * input.element_size();
}
