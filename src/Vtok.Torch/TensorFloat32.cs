using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Whether CUDA may round float32 products to TF32. The switch is the process's.</summary>
/// <remarks>The shim binds libtorch's functions when they are first called, and a missing one ends the process; these have been reshaped between
/// versions, so they are only called where this libtorch exports them.</remarks>
public static class TensorFloat32
{
    private static readonly string[] Functions = ["_ZN2at7Context18setAllowTF32CuBLASEb", "_ZN2at7Context17setAllowTF32CuDNNEb", "_ZNK2at7Context15allowTF32CuBLASEv"];

    /// <summary>Whether this libtorch has the switch.</summary>
    public static bool Available { get; } = !OperatingSystem.IsWindows() && Exported();

    /// <summary>Whether matrix products on a device may be rounded to it; never on a processor, and not where the switch is not <see cref="Available"/>,
    /// since libtorch's own default is not to.</summary>
    public static bool RoundsProducts(DeviceType device) => device == DeviceType.CUDA && Available && backends.cuda.matmul.allow_tf32;

    /// <summary>Makes float32 on a device float32, where this libtorch has the switch: its own default rounds convolutions on CUDA.</summary>
    public static void Exact(DeviceType device)
    {
        if (device == DeviceType.CUDA && Available)
            Allow(false);
    }

    /// <summary>Sets it for matrix products and convolutions.</summary>
    /// <exception cref="PlatformNotSupportedException">Not <see cref="Available"/>.</exception>
    public static void Allow(bool allowed)
    {
        if (!Available)
            throw new PlatformNotSupportedException("this libtorch does not export the TF32 switches");
        backends.cuda.matmul.allow_tf32 = allowed;
        backends.cudnn.allow_tf32 = allowed;
    }

    private static bool Exported()
    {
        string file = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        nint library = NativeLibrary.Load(Path.Combine(NativeTorch.Load().Directory, file)); // already mapped: only a handle
        return Functions.All(name => NativeLibrary.TryGetExport(library, name, out _));
    }
}
