using System.Runtime.InteropServices;

namespace Vtok.Cli;

/// <summary>The descriptors 0, 1 and 2 of a Unix process, which may have been started without them (<c>2&gt;&amp;-</c>).</summary>
/// <remarks>Then the runtime's own pipes get these numbers, and to read or write them hangs or breaks the runtime.</remarks>
internal static class StandardDescriptor
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Errors = 2;

    private const int GetFlags = 1; // F_GETFD
    private const int ClosedByExec = 1; // FD_CLOEXEC

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command);

    /// <summary>Whether the process was started with it: what came through exec is not closed by exec.</summary>
    public static bool WasGiven(int descriptor) => OperatingSystem.IsWindows() || (Control(descriptor, GetFlags) is var flags and >= 0 && (flags & ClosedByExec) == 0);
}
