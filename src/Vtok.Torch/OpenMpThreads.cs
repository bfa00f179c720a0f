using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>Tells libtorch's OpenMP, before it is loaded, what its threads do while they wait.</summary>
internal static class OpenMpThreads
{
    private const string Policy = "OMP_WAIT_POLICY", Spins = "GOMP_SPINCOUNT";

    // What libgomp itself takes where there are more threads than cores. Longer spinning gains little on an idle machine; when two threads come to
    // share a core, each region then loses the whole of it: 30 us here, 9 ms with libgomp's own 300000.
    private const string BriefSpins = "1000";

    /// <summary>The variables to set; none where the user has set one of them.</summary>
    /// <param name="wait">What the threads are to do.</param>
    /// <param name="given">Reads the user's environment.</param>
    public static IReadOnlyList<(string Name, string Value)> Variables(ThreadWait wait, Func<string, string?> given)
    {
        if (given(Policy) is not null || given(Spins) is not null)
            return [];
        return wait == ThreadWait.Sleep ? [(Policy, "passive")] : [(Policy, "passive"), (Spins, BriefSpins)]; // of another OpenMP the policy alone counts
    }

    /// <summary>Sets them for the libraries that this process loads from here on.</summary>
    public static void Prepare(ThreadWait wait)
    {
        // libgomp reads the C environment when it is loaded, which Environment.SetEnvironmentVariable does not reach on Unix.
        if (OperatingSystem.IsLinux())
            foreach ((string name, string value) in Variables(wait, Environment.GetEnvironmentVariable))
                _ = SetVariable(name, value, overwrite: 0);
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
