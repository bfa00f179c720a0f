using System.Globalization;

namespace Vtok.Training.Measures;

/// <summary>The memory that this process really has, as Linux counts it.</summary>
internal static class ResidentMemory
{
    private const string Status = "/proc/self/status", Counters = "/proc/self/clear_refs";
    private const string RestartPeak = "5";

    /// <summary>Bytes now; null where the system does not tell.</summary>
    public static long? Current => Read("VmRSS:");

    /// <summary>Most bytes since <see cref="TryRestart"/>; null where the system does not tell.</summary>
    public static long? Peak => Read("VmHWM:");

    /// <summary>Looks for the peak from now on; false where the system cannot.</summary>
    public static bool TryRestart()
    {
        try
        {
            File.WriteAllText(Counters, RestartPeak);
            return Current is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? Read(string name)
    {
        if (!File.Exists(Status))
            return null;
        string? line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? null : long.Parse(line.AsSpan(name.Length).TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }
}
