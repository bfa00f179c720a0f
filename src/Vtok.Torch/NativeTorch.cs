using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Vtok.Torch;

/// <summary>Finds and loads libtorch when it is first wanted.</summary>
/// <remarks>Call <see cref="Load"/> before the first use of any TorchSharp type; a command that never calls it never maps libtorch.</remarks>
public static class NativeTorch
{
    /// <summary>Environment variable that names the folder of another libtorch; when it is set, nowhere else is looked.</summary>
    public const string FolderVariable = "VTOK_LIBTORCH";

    // The shim asks for this version of libstdc++ through a symbol that it never uses; Debian 12 and Ubuntu 22.04 are older.
    private const string UnneededVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static LibtorchInfo? _loaded;

    /// <summary>What was loaded, or null while nothing is.</summary>
    public static LibtorchInfo? Loaded => _loaded;

    /// <summary>The folders that are looked at, in order, with the reason in words.</summary>
    public static IEnumerable<(string Folder, string Source)> Candidates()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
        {
            yield return (named, FolderVariable);
            yield break;
        }
        string program = AppContext.BaseDirectory;
        yield return (Path.Combine(program, "libtorch"), "beside the program");
        if (BuildFolder() is { } built)
            yield return (built, "build folder");
        yield return (Path.Combine(program, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), "runtimes folder");
        yield return (program, "program folder");
    }

    /// <summary>Loads libtorch once; later calls return at once.</summary>
    /// <param name="wait">What its threads do between operations, where the user's environment (OMP_WAIT_POLICY, GOMP_SPINCOUNT) does not say; of the
    /// first call only.</param>
    /// <exception cref="DllNotFoundException">It is in none of the <see cref="Candidates"/>, or does not load; the message lists what was tried.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static LibtorchInfo Load(ThreadWait wait = ThreadWait.Sleep)
    {
        if (_loaded is { } done)
            return done;
        lock (Gate)
            return _loaded ??= FindAndLoad(wait);
    }

    private static LibtorchInfo FindAndLoad(ThreadWait wait)
    {
        OpenMpThreads.Prepare(wait);
        var tried = new List<string>();
        foreach ((string folder, string source) in Candidates())
        {
            string core = Path.Combine(folder, LibraryName("torch_cpu"));
            if (File.Exists(core))
                return LoadFrom(folder, source, core);
            tried.Add($"{source}: {core} is not there");
        }
        throw new DllNotFoundException(
            $"libtorch was not found; set {FolderVariable} to the folder that holds {LibraryName("torch_cpu")}. Tried: {string.Join("; ", tried)}");
    }

    private static LibtorchInfo LoadFrom(string folder, string source, string core)
    {
        // In this order: each library is found again by its own name when the next one asks for it.
        foreach (string name in (string[])["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"])
        {
            string file = Path.Combine(folder, LibraryName(name));
            if (File.Exists(file))
                NativeLibrary.Load(file);
        }
        string shim = FindShim(folder)
            ?? throw new DllNotFoundException($"{LibraryName("LibTorchSharp")} is neither in {folder} nor beside the program");
        nint handle = LoadShim(shim);
        _ = ScalarGuard.Install(handle);
        // Linux and Windows answer TorchSharp's requests by bare name from what is loaded; macOS needs this.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
        {
            "LibTorchSharp" => handle,
            "torch_cpu" => NativeLibrary.Load(core),
            _ => 0,
        };
        return new LibtorchInfo(folder, shim, File.Exists(Path.Combine(folder, LibraryName("torch_cuda"))), source);
    }

    private static string? FindShim(string folder)
    {
        string program = AppContext.BaseDirectory;
        string?[] places =
        [
            folder, Path.Combine(program, "libtorch"), BuildFolder(),
            Path.Combine(program, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), program,
        ];
        return places.OfType<string>().Select(place => Path.Combine(place, LibraryName("LibTorchSharp"))).FirstOrDefault(File.Exists);
    }

    private static nint LoadShim(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException error) when (OperatingSystem.IsLinux() && error.Message.Contains(UnneededVersion, StringComparison.Ordinal))
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (ElfVersionNeeds.MarkWeak(bytes, UnneededVersion) == 0)
                throw;
            DirectoryInfo temporary = Directory.CreateTempSubdirectory("vtok-shim-");
            string copy = Path.Combine(temporary.FullName, Path.GetFileName(path));
            try
            {
                File.WriteAllBytes(copy, bytes);
                return NativeLibrary.Load(copy); // stays mapped after the file is gone
            }
            finally
            {
                temporary.Delete(recursive: true);
            }
        }
    }

    /// <summary>The folder that the build laid, named by a file that never travels with a published program.</summary>
    private static string? BuildFolder()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "libtorch.path");
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } folder ? folder : null;
    }

    private static string LibraryName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
