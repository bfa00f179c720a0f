using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Keeps TorchSharp's scalars for as long as libtorch may still read them.</summary>
/// <remarks>
/// TorchSharp 0.107 passes the address of a scalar on without keeping the managed object alive. In a + b it makes a scalar 1 that nothing refers to any
/// more when the addition begins; a garbage collection on another thread lets its finalizer free it while libtorch still has to read it ("Expected false
/// to be true", or a wrong factor). It needs another thread that allocates and a machine that is busy, as in training beside decoding workers.
/// The native function that frees scalars is therefore redirected to one that frees each of them 65,536 scalars later. Linux on x64 only.
/// </remarks>
internal static unsafe class ScalarGuard
{
    private const string Function = "THSTorch_dispose_scalar";
    private const int Kept = 1 << 16;    // 3 MB; a training step makes about a thousand
    private const int JumpBytes = 12;
    private const int Read = 1, Write = 2, Execute = 4; // PROT_*

    private static readonly nint[] Waiting = new nint[Kept];
    private static uint _next;

    /// <summary>Redirects the function, before TorchSharp is first used.</summary>
    /// <param name="shim">Handle of the loaded libLibTorchSharp.</param>
    /// <returns>Whether it is; the system may forbid it.</returns>
    public static bool Install(nint shim)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !NativeLibrary.TryGetExport(shim, Function, out nint address))
            return false;
        delegate* unmanaged<nint, void> later = &FreeLater;
        nint page = address & ~(nint)(Environment.SystemPageSize - 1);
        nuint length = (nuint)(address + JumpBytes - page);
        if (mprotect(page, length, Read | Write | Execute) != 0)
            return false;
        byte* code = (byte*)address;
        (code[0], code[1]) = (0x48, 0xB8);   // mov rax, later
        Unsafe.WriteUnaligned(code + 2, (nint)later);
        (code[10], code[11]) = (0xFF, 0xE0); // jmp rax
        return mprotect(page, length, Read | Execute) == 0;
    }

    [UnmanagedCallersOnly]
    private static void FreeLater(nint scalar)
    {
        nint old = Interlocked.Exchange(ref Waiting[Interlocked.Increment(ref _next) % Kept], scalar);
        NativeMemory.Free((void*)old); // plain numbers: nothing but their memory is to be freed
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mprotect(nint address, nuint length, int protection);
}
