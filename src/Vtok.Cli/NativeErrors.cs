using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vtok.Cli;

/// <summary>Keeps what libvips, libtorch and their codecs print off standard error: descriptor 2 becomes the null device, our own lines go to a copy of it.</summary>
internal static class NativeErrors
{
    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Duplicate(int from, int to);

    /// <summary>Diverts native prints; on Windows, where the libraries print next to nothing, it leaves them.</summary>
    /// <returns>Where our own lines go.</returns>
    public static Stream Divert()
    {
        if (!StandardDescriptor.WasGiven(StandardDescriptor.Errors))
            return Stream.Null;
        Stream own = Console.OpenStandardError(); // on Unix this writes to a duplicate of descriptor 2
        if (!OperatingSystem.IsWindows())
        {
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            _ = Duplicate((int)nothing.DangerousGetHandle(), StandardDescriptor.Errors);
        }
        return own;
    }
}
