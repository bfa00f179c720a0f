using System.Runtime.CompilerServices;
using System.Text;
using NetVips;

namespace Vtok.Imaging.Vips;

/// <summary>Loads libvips on first use and sets it up for untrusted files and for one thread a picture.</summary>
internal static class LibVips
{
    private static readonly string[] Loaders =
        ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp", "VipsForeignLoadHeif", "VipsForeignLoadTiff", "VipsForeignLoadNsgif"];

    private static readonly string?[] LogDomains = ["VIPS", "GLib", "GLib-GObject", "GLib-GIO", "GModule", null];

    private static readonly Lazy<bool> Loaded = new(SetUp);

    // Native code calls this as long as the process lives.
    private static Log.LogDelegate? silence;

    /// <summary>Makes libvips ready.</summary>
    /// <exception cref="NotSupportedException">The native library is missing or does not load here.</exception>
    public static void Load() => _ = Loaded.Value;

    /// <summary>What libvips said last, safe to print: control characters escaped, at most 160 characters.</summary>
    /// <remarks>Its list of errors may begin with remarks on earlier pictures.</remarks>
    public static string Reason(VipsException exception)
    {
        string[] lines = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string line = lines.LastOrDefault(l => !IsSummary(l)) ?? "it cannot be decoded";
        if (line.Contains("bad seek", StringComparison.Ordinal))
            return "the file ends early";
        int speaker = line.IndexOf(": ", StringComparison.Ordinal); // "VipsJpeg: premature end of JPEG image"
        if (speaker > 0 && !line[..speaker].Contains(' ', StringComparison.Ordinal))
            line = line[(speaker + 2)..];
        return Printable(line.Length > 160 ? line[..160] : line);
    }

    private static bool IsSummary(string line) =>
        line.StartsWith("unable to", StringComparison.Ordinal) || line.StartsWith('(') || line.EndsWith("unable to open source for input", StringComparison.Ordinal);

    private static string Printable(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
            _ = char.IsControl(c) ? result.Append($"\\u{(int)c:x4}") : result.Append(c);
        return result.ToString();
    }

    private static bool SetUp()
    {
        NativeEnvironment.Set("VIPS_WARNING", "0"); // before any NetVips type is touched: libvips reads it while it loads
        Configure();
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Configure()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new NotSupportedException(
                $"libvips does not load on this machine; add the package NetVips.Native for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}",
                ModuleInitializer.Exception);
        silence = (_, _, _) => { };
        foreach (string? domain in LogDomains)
            Log.SetLogHandler(domain!, Enums.LogLevelFlags.All & ~Enums.LogLevelFlags.Error, silence);
        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 1;
        Operation.Block("VipsForeignLoad", true);
        foreach (string loader in Loaders)
            Operation.Block(loader, false);
    }
}
