using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Tensors over memory that somebody else owns, without a copy.</summary>
public static unsafe class ForeignTensor
{
    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_new(void* data, delegate* unmanaged[Cdecl]<void*, void> deleter, long* sizes, int count,
        sbyte elementType, sbyte type, int deviceType, int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad);

    [DllImport("LibTorchSharp")]
    private static extern void* THSTensor_data(nint tensor);

    private static readonly Dictionary<nint, (SafeHandle Owner, int Tensors)> Owned = [];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void KeepMemory(void* _) { }

    /// <summary>libtorch calls this once a storage, on whatever thread lets go of its last tensor or view.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseOwner(void* data)
    {
        lock (Owned)
        {
            (SafeHandle owner, int tensors) = Owned[(nint)data];
            if (tensors == 1)
                Owned.Remove((nint)data);
            else
                Owned[(nint)data] = (owner, tensors - 1);
            owner.DangerousRelease();
        }
    }

    /// <summary>A CPU tensor over <paramref name="data"/>, which must outlive the tensor and every view of it.</summary>
    /// <param name="data">First element; contiguous in row-major order.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes; empty for a scalar.</param>
    public static Tensor Wrap(void* data, ScalarType type, ReadOnlySpan<long> shape) => Make(data, &KeepMemory, type, shape);

    /// <summary>A CPU tensor over memory of <paramref name="owner"/>, which stays open until the tensor and every view of it are gone.</summary>
    /// <param name="data">First element; contiguous in row-major order; not null.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes, none of them 0; empty for a scalar.</param>
    /// <param name="owner">What keeps the memory, such as the handle of a mapped file.</param>
    public static Tensor Wrap(void* data, ScalarType type, ReadOnlySpan<long> shape, SafeHandle owner)
    {
        lock (Owned)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            Owned[(nint)data] = (owner, Owned.TryGetValue((nint)data, out var other) ? other.Tensors + 1 : 1);
        }
        return Make(data, &ReleaseOwner, type, shape);
    }

    /// <summary>First element of a CPU tensor, for reading and writing its bytes beyond the 2 GB of a span.</summary>
    /// <remarks>Valid while the tensor lives; only a contiguous tensor's elements follow each other.</remarks>
    public static void* DataPointer(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new ArgumentException($"the tensor is on {tensor.device}, expected the CPU", nameof(tensor));
        return DeviceAddress(tensor);
    }

    /// <summary>First element in the memory of the tensor's device, for native libraries that work there.</summary>
    /// <remarks>Valid while the tensor lives; only a contiguous tensor's elements follow each other.</remarks>
    public static void* DeviceAddress(Tensor tensor)
    {
        void* data = THSTensor_data(tensor.Handle);
        GC.KeepAlive(tensor);
        return data;
    }

    private static Tensor Make(void* data, delegate* unmanaged[Cdecl]<void*, void> deleter, ScalarType type, ReadOnlySpan<long> shape)
    {
        long none = 0;
        fixed (long* sizes = shape)
        {
            nint handle = THSTensor_new(data, deleter, shape.IsEmpty ? &none : sizes, shape.Length, (sbyte)type, (sbyte)type, 0, 0, false);
            return handle != 0 ? Tensor.UnsafeCreateTensor(handle) : throw new InvalidOperationException("libtorch made no tensor of foreign memory");
        }
    }
}
