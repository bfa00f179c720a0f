using System.Runtime.InteropServices;

namespace Vtok.Imaging.Tests;

/// <summary>Catches what native code writes to file descriptor 2.</summary>
internal static partial class StandardError
{
    public static string Capture(Action action)
    {
        string path = Path.GetTempFileName();
        int saved = Duplicate(2);
        try
        {
            using (FileStream file = File.OpenWrite(path))
                _ = Replace((int)file.SafeFileHandle.DangerousGetHandle(), 2);
            action();
        }
        finally
        {
            _ = Replace(saved, 2);
            _ = Close(saved);
        }
        string printed = File.ReadAllText(path);
        File.Delete(path);
        return printed;
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
