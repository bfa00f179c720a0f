using System.Runtime.InteropServices;

namespace Vtok.Imaging.Vips;

/// <summary>The environment as native code sees it, which on Unix is not the one of <see cref="Environment"/>.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable unless the user has set it.</summary>
    public static void Set(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            if (Environment.GetEnvironmentVariable(name) is null)
                Environment.SetEnvironmentVariable(name, value);
        }
        else
            _ = SetInC(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetInC(string name, string value, int overwrite);
}
