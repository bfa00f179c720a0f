using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Vtok.Torch;

/// <summary>x W^T + b, where last bits are free by whichever of libtorch's libraries is fast on this processor.</summary>
/// <remarks>
/// libtorch multiplies float32 matrices with MKL, which has AVX-512 for Intel's processors only and takes twice as long as it could on AMD's; it
/// convolves with oneDNN, which asks what the processor can do and not who made it. So there, where gradients are recorded or a decoder says <see cref="AnyLibrary"/>, a linear
/// layer runs as a convolution with a kernel of 1 x 1. Otherwise nothing changes, so ids do not depend on this.
/// </remarks>
public static class Affine
{
    // Below it the extra views cost as much as is won.
    private const long LeastProducts = 1 << 21;

    // A convolution first copies the weight into an order of its own, which few rows do not pay for, in time or in memory.
    private const long LeastRows = 64;

    internal static readonly bool Convolves = Avx512F.IsSupported && Vendor() != "GenuineIntel";

    [ThreadStatic]
    private static int _free;

    /// <summary>Until disposed, on the same thread, layers run by the faster library without gradients too: for decoders, whose pictures may differ in their last bits.</summary>
    public static IDisposable AnyLibrary() => new Freedom();

    /// <summary>[..., in] to [..., out].</summary>
    /// <param name="input">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias)
    {
        if (!Convolves || !IsFree(weight) || input.device_type != DeviceType.CPU || input.dtype != ScalarType.Float32
            || weight.dtype != ScalarType.Float32 || Rows(input) < LeastRows || weight.numel() * Rows(input) < LeastProducts || Autocast.Entered(DeviceType.CPU))
        {
            return nn.functional.linear(input, weight, bias);
        }
        return Convolve(input, weight, bias);
    }

    internal static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        long inputs = weight.size(1), outputs = weight.size(0), rows = Rows(input);
        Tensor columns = input.reshape(1, rows, 1, inputs).permute(0, 3, 1, 2);                                // [1, in, R, 1], channels last in memory
        // A dilated kernel goes to oneDNN whatever the batch and the threads; of one of 1 x 1 it means nothing else.
        Tensor made = nn.functional.conv2d(columns, weight.view(outputs, inputs, 1, 1), bias, dilation: [2, 2]); // [1, out, R, 1]
        return made.permute(0, 2, 3, 1).reshape([.. input.shape[..^1], outputs]).MoveToOuterDisposeScope();
    }

    private sealed class Freedom : IDisposable
    {
        private bool _over;

        public Freedom() => _free++;

        public void Dispose()
        {
            if (!_over)
                _free--;
            _over = true;
        }
    }

    private static long Rows(Tensor input) => input.numel() / input.size(-1);

    private static bool IsFree(Tensor weight) => _free > 0 || (weight.requires_grad && is_grad_enabled());

    private static string Vendor()
    {
        if (!X86Base.IsSupported)
            return "";
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        Span<int> letters = [ebx, edx, ecx];
        return System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(letters));
    }
}
