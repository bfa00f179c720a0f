using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>libtorch's own autocast, switched through C++ functions that libtorch_cpu exports (TorchSharp 0.107 has none).</summary>
/// <remarks>The state belongs to the thread: enter and dispose on one thread, never across an await. Needs the Itanium C++ ABI (not Windows).</remarks>
public static unsafe class Autocast
{
    private static readonly delegate* unmanaged<sbyte, byte, void> SetEnabled;
    private static readonly delegate* unmanaged<sbyte, byte> IsEnabled;
    private static readonly delegate* unmanaged<sbyte, sbyte, void> SetType;
    private static readonly delegate* unmanaged<sbyte, sbyte> GetType_;
    private static readonly delegate* unmanaged<int> Enter_;
    private static readonly delegate* unmanaged<int> Leave;
    private static readonly delegate* unmanaged<void> ClearCache;

    static Autocast()
    {
        if (OperatingSystem.IsWindows())
            return;
        string file = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        nint library = NativeLibrary.Load(Path.Combine(NativeTorch.Load().Directory, file)); // already mapped: only a handle
        nint Find(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
        SetEnabled = (delegate* unmanaged<sbyte, byte, void>)Find("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb");
        IsEnabled = (delegate* unmanaged<sbyte, byte>)Find("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE");
        SetType = (delegate* unmanaged<sbyte, sbyte, void>)Find("_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE");
        GetType_ = (delegate* unmanaged<sbyte, sbyte>)Find("_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE");
        Enter_ = (delegate* unmanaged<int>)Find("_ZN2at8autocast17increment_nestingEv");
        Leave = (delegate* unmanaged<int>)Find("_ZN2at8autocast17decrement_nestingEv");
        ClearCache = (delegate* unmanaged<void>)Find("_ZN2at8autocast11clear_cacheEv");
        Available = SetEnabled != null && IsEnabled != null && SetType != null && GetType_ != null && Enter_ != null && Leave != null && ClearCache != null;
    }

    /// <summary>Whether this libtorch exports what is needed.</summary>
    public static bool Available { get; }

    /// <summary>Turns autocast on for this thread until the result is disposed.</summary>
    /// <exception cref="PlatformNotSupportedException">Not <see cref="Available"/>.</exception>
    public static IDisposable Enter(DeviceType device, ScalarType type = ScalarType.BFloat16)
    {
        if (!Available)
            throw new PlatformNotSupportedException("this libtorch does not export the autocast switches");
        return new Scope((sbyte)device, (sbyte)type);
    }

    /// <summary>The type that this thread computes in on a device, or null while autocast is off there.</summary>
    public static ScalarType? Current(DeviceType device) =>
        Entered(device) ? (ScalarType)GetType_((sbyte)device) : null;

    /// <summary>Drops the cached casts of weights: those made while autograd is off must not serve a pass that wants gradients.</summary>
    internal static void Forget(DeviceType device)
    {
        if (Entered(device))
            ClearCache();
    }

    /// <summary>Turns autocast off for this thread until the result is disposed, where float32 must stay float32. Never fails.</summary>
    public static IDisposable? Suspend(DeviceType device) =>
        Entered(device) ? new Pause((sbyte)device) : null;

    /// <summary>Whether autocast is on for this thread.</summary>
    public static bool Entered(DeviceType device) => Available && IsEnabled((sbyte)device) != 0;

    private sealed class Pause : IDisposable
    {
        private readonly sbyte _device;

        public Pause(sbyte device)
        {
            _device = device;
            SetEnabled(device, 0);
        }

        public void Dispose() => SetEnabled(_device, 1);
    }

    private sealed class Scope : IDisposable
    {
        private readonly sbyte _device;
        private readonly sbyte _oldType;
        private readonly byte _wasEnabled;
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private bool _left;

        public Scope(sbyte device, sbyte type)
        {
            _device = device;
            _wasEnabled = IsEnabled(device);
            _oldType = GetType_(device);
            SetType(device, type);
            SetEnabled(device, 1);
            _ = Enter_();
        }

        public void Dispose()
        {
            if (_left)
                return;
            _left = true;
            if (_thread != Environment.CurrentManagedThreadId)
                throw new InvalidOperationException("an autocast scope was left on another thread than it was entered on");
            if (Leave() == 0)
                ClearCache(); // cached casts of weights must not outlive an optimizer step
            SetEnabled(_device, _wasEnabled);
            SetType(_device, _oldType);
        }
    }
}
