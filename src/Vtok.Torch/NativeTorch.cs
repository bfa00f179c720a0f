using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Finds and loads libtorch lazily. Call <see cref="Load"/> before the first use of any TorchSharp type;
/// a command that never calls it never maps libtorch.</summary>
public static class NativeTorch
{
    private static readonly Lock Gate = new();
    private static LibtorchInfo? loaded;

    /// <summary>What was loaded, or null while nothing is.</summary>
    public static LibtorchInfo? Loaded => loaded;

    [DllImport("libc", CharSet = CharSet.Ansi)]
    private static extern int setenv(string name, string value, int overwrite);

    /// <summary>libgomp's idle threads spin by default; with more runnable threads than cores that costs a factor of 10 and more.
    /// It reads the variable once, when it is loaded, from the C environment (Environment.SetEnvironmentVariable does not reach that on Unix).</summary>
    private static void CalmOpenMp()
    {
        if (OperatingSystem.IsLinux()) _ = setenv("OMP_WAIT_POLICY", "passive", 0); // 0: the user's own setting wins
    }

    private static string Lib(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? "lib" + name + ".dylib" : "lib" + name + ".so";

    /// <summary>Candidate folders in order: VTOK_LIBTORCH, libtorch/ beside the program, the build's shared folder, the program's folder.</summary>
    public static IEnumerable<(string Dir, string Source)> Candidates()
    {
        if (Environment.GetEnvironmentVariable("VTOK_LIBTORCH") is { Length: > 0 } env) { yield return (env, "VTOK_LIBTORCH"); yield break; } // explicit: no silent fallback
        string b = AppContext.BaseDirectory;
        yield return (Path.Combine(b, "libtorch"), "beside the program");
        if (BuildFolder() is { } built) yield return (built, "build folder");
        yield return (Path.Combine(b, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), "runtimes folder");
        yield return (b, "program folder");
    }

    private static string? BuildFolder()
    {
        var f = Path.Combine(AppContext.BaseDirectory, "libtorch.path"); // written by the build, never published
        return File.Exists(f) && File.ReadAllText(f).Trim() is { Length: > 0 } dir ? dir : null;
    }

    /// <summary>Loads libtorch once; later calls return at once.</summary>
    /// <exception cref="DllNotFoundException">It is in none of the <see cref="Candidates"/>; the message lists them.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static LibtorchInfo Load()
    {
        if (loaded is { } done) return done;
        lock (Gate)
        {
            if (loaded is { } again) return again;
            var tried = new List<string>();
            CalmOpenMp();
            foreach (var (dir, source) in Candidates())
            {
                var core = Path.Combine(dir, Lib("torch_cpu"));
                if (!File.Exists(core)) { tried.Add($"{source}: {core} is not there"); continue; }
                // Order matters: each object is found again by its SONAME when the next one asks for it.
                foreach (var name in new[] { "c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch" })
                    if (Path.Combine(dir, Lib(name)) is var f && File.Exists(f)) NativeLibrary.Load(f);
                var shim = FindShim(dir) ?? throw new DllNotFoundException($"{Lib("LibTorchSharp")} was not found in {dir} or beside the program");
                var handle = LoadShim(shim);
                // TorchSharp asks for "LibTorchSharp" and "torch_cpu" by bare name. On Linux and Windows an already loaded library of that
                // (so)name answers; macOS needs this event.
                System.Runtime.Loader.AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, n) =>
                    n is "LibTorchSharp" ? handle : n is "torch_cpu" ? NativeLibrary.Load(core) : IntPtr.Zero;
                return loaded = new LibtorchInfo(dir, shim, File.Exists(Path.Combine(dir, Lib("torch_cuda"))), source);
            }
            throw new DllNotFoundException("libtorch was not found. Set VTOK_LIBTORCH to the folder that holds " + Lib("torch_cpu") + ". Tried:\n  " + string.Join("\n  ", tried));
        }
    }

    private static string? FindShim(string dir)
    {
        var n = Lib("LibTorchSharp");
        string b = AppContext.BaseDirectory;
        string?[] places = [dir, Path.Combine(b, "libtorch"), BuildFolder(), Path.Combine(b, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), b];
        return places.Where(p => !string.IsNullOrEmpty(p)).Select(p => Path.Combine(p!, n)).FirstOrDefault(File.Exists);
    }

    private static IntPtr LoadShim(string path)
    {
        try { return NativeLibrary.Load(path); }
        catch (DllNotFoundException e) when (OperatingSystem.IsLinux() && e.Message.Contains("GLIBCXX_3.4.32"))
        {
            // an unpatched shim on a system whose libstdc++ is older than GCC 13's: load a patched copy
            var bytes = File.ReadAllBytes(path);
            if (MarkVersionWeak(bytes, "GLIBCXX_3.4.32") == 0) throw;
            var copy = Path.Combine(System.IO.Directory.CreateTempSubdirectory("vtok-shim-").FullName, Path.GetFileName(path));
            File.WriteAllBytes(copy, bytes);
            try { return NativeLibrary.Load(copy); }
            finally { File.Delete(copy); System.IO.Directory.Delete(Path.GetDirectoryName(copy)!); } // stays mapped
        }
    }

    /// <summary>Sets VER_FLG_WEAK on one version requirement of an ELF64 little-endian file. Returns how many entries matched.</summary>
    public static int MarkVersionWeak(Span<byte> b, string version)
    {
        if (b.Length < 64 || b[0] != 0x7f || b[4] != 2 || b[5] != 1) return 0;
        var shoff = (int)BitConverter.ToInt64(b[0x28..]); int esz = BitConverter.ToUInt16(b[0x3A..]), n = BitConverter.ToUInt16(b[0x3C..]), hits = 0;
        for (var i = 0; i < n; i++)
        {
            var sh = shoff + i * esz;
            if (BitConverter.ToUInt32(b[(sh + 4)..]) != 0x6ffffffe) continue; // SHT_GNU_verneed
            var off = (int)BitConverter.ToInt64(b[(sh + 24)..]);
            var str = (int)BitConverter.ToInt64(b[(shoff + BitConverter.ToInt32(b[(sh + 40)..]) * esz + 24)..]);
            for (; ; )
            {
                int count = BitConverter.ToUInt16(b[(off + 2)..]), aux = off + BitConverter.ToInt32(b[(off + 8)..]), next = BitConverter.ToInt32(b[(off + 12)..]);
                for (var k = 0; k < count; k++)
                {
                    var name = b[(str + BitConverter.ToInt32(b[(aux + 8)..]))..];
                    if (System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version) { b[aux + 4] |= 2; hits++; }
                    aux += BitConverter.ToInt32(b[(aux + 12)..]);
                }
                if (next == 0) break;
                off += next;
            }
        }
        return hits;
    }
}
