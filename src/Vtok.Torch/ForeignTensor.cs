using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Tensors over memory that somebody else owns, without a copy.</summary>
public static unsafe class ForeignTensor
{
    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_new(void* data, delegate* unmanaged[Cdecl]<void*, void> deleter, long* sizes, int count,
        sbyte elementType, sbyte type, int deviceType, int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void KeepMemory(void* _) { }

    /// <summary>A CPU tensor over <paramref name="data"/>, which must outlive the tensor and every view of it.</summary>
    /// <param name="data">First element; contiguous in row-major order.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes; empty for a scalar.</param>
    public static Tensor Wrap(void* data, ScalarType type, ReadOnlySpan<long> shape)
    {
        long none = 0;
        fixed (long* sizes = shape)
        {
            nint handle = THSTensor_new(data, &KeepMemory, shape.IsEmpty ? &none : sizes, shape.Length, (sbyte)type, (sbyte)type, 0, 0, false);
            return handle != 0 ? Tensor.UnsafeCreateTensor(handle) : throw new InvalidOperationException("libtorch made no tensor of foreign memory");
        }
    }
}
